/** How often each class, and each number of labels, occurs in the training set of the 2018 competition. */

/** Rows of the training set. */
export const HPA_ROW_COUNT = 31072;

/** Rows with 1, 2, 3, 4 and 5 labels; their mean is 1.63. */
export const HPA_LABELS_PER_ROW: readonly number[] = Object.freeze([15126, 12485, 3160, 299, 2]);

/** Positive rows of each class, in the order of `HPA_CLASSES`. */
export const HPA_CLASS_COUNTS: readonly number[] = Object.freeze([
  12885, 1254, 3621, 1561, 1858, 2513, 1008, 2822, 53, 45, 28, 1093, 688, 537, 1066, 21, 530, 210, 902, 1482,
  172, 3777, 802, 2965, 322, 8228, 328, 11,
]);
