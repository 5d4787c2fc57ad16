/** A trained network with all that makes labels of images: preprocessing, classes, calibration and thresholds. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Calibration } from '../../calibration/calibration';
import { applyCalibration } from '../../calibration/apply-calibration';
import { sigmoid } from '../../calibration/logits';
import type { ImageSource } from '../../data/source';
import { HpaError, withContext } from '../../errors';
import type { CellImage } from '../../image/cell-image';
import { checkClasses, HPA_CLASSES } from '../../labels';
import { checkOneOf, thresholdPerClass, type Thresholds } from '../../scores/checks';
import type { PredictionKind } from '../../scores/prediction-kind';
import { applyThresholds, checkRule, type DecisionRule } from '../../thresholds/apply-thresholds';
import { blendScores, checkBlendWeights } from '../blend-scores';
import { isLayersModelScorer, type Scorer } from '../scorer';
import { checkTestTime, combineViews, countViews, viewImage, type TestTimeOptions } from '../test-time';
import { toPrediction, type Prediction } from './prediction';
import { PredictionStream, type PredictionStreamOptions, type SampleList } from './prediction-stream';
import {
  prepareImage,
  resolvePreprocessing,
  type Preprocessing,
  type PreprocessingOptions,
} from './preprocessing';
import { readSample, type ReadSampleOptions, type SampleInput } from './sample-input';

/** All parts of a predictor but its networks. */
export interface PredictorOptions {
  /** Names of the classes, in the order of the scores. @default the 28 classes of the task */
  classes?: readonly string[] | undefined;
  /** How images are prepared. */
  preprocessing?: PreprocessingOptions | undefined;
  /** What the networks give. @default 'probabilities' */
  outputs?: PredictionKind | undefined;
  /** Turns probabilities into calibrated ones; fitted on probabilities. @default none */
  calibration?: Calibration | undefined;
  /** Of the calibrated probabilities, one for all classes or one each. @default 0.5 */
  thresholds?: Thresholds | undefined;
  /** How many labels a sample may have. @default any number */
  rule?: DecisionRule | undefined;
  /** Views in which each image is scored. @default the image as it is */
  testTime?: TestTimeOptions | undefined;
  /** Shares of several networks in the probabilities, such as `fitEnsembleWeights` gives. @default equal ones */
  weights?: readonly number[] | Float64Array | undefined;
}

/** Options of `predict` with one sample. */
export interface PredictOneOptions extends ReadSampleOptions {
  /** What to call the sample. @default '0' */
  id?: string | undefined;
}

/** Options of `predict` with many samples. */
export interface PredictManyOptions
  extends ReadSampleOptions, Omit<PredictionStreamOptions, 'onBroken' | 'exclude'> {
  /** What to call the samples. @default '0', '1', … */
  ids?: readonly string[] | undefined;
}

/**
 * Labels by name, with calibrated probabilities, from images, files or folders. `createPredictor` makes one of models,
 * `loadPredictor` reads one that was saved; it stays valid until `dispose`.
 */
export class Predictor {
  /** The networks; of several, the probabilities are blended. */
  readonly scorers: readonly Scorer[];
  /** The share of each network, together 1. */
  readonly weights: Float64Array;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** How images are prepared. */
  readonly preprocessing: Preprocessing;
  /** What the models' outputs are. */
  readonly outputs: PredictionKind;
  /** What maps scores to probabilities. */
  readonly calibration: Calibration | undefined;
  /** Of the calibrated probabilities, one each class. */
  readonly thresholds: Float64Array;
  /** How many labels a sample may have. */
  readonly rule: DecisionRule;
  /** Views whose predictions are averaged. */
  readonly testTime: TestTimeOptions;

  /**
   * @param scorers - networks that take images of one shape and give a score for each class
   * @throws TypeError or RangeError for parts that don't fit each other
   */
  constructor(scorers: readonly Scorer[], options: PredictorOptions = {}) {
    const {
      classes = HPA_CLASSES,
      outputs = 'probabilities',
      calibration,
      rule = {},
      testTime = {},
    } = options;
    checkClasses(classes);
    checkOneOf('outputs', outputs, ['probabilities', 'logits']);
    checkRule(rule);
    const inputShape = checkScorers(scorers, classes.length);
    if (calibration) checkCalibration(calibration, classes.length);
    this.scorers = [...scorers];
    this.weights = checkBlendWeights(options.weights, scorers.length);
    this.classes = [...classes];
    this.preprocessing = resolvePreprocessing(options.preprocessing ?? {}, inputShape);
    checkTestTime(testTime, this.preprocessing.imageSize);
    this.outputs = outputs;
    this.calibration = calibration;
    this.thresholds = thresholdPerClass(options.thresholds ?? 0.5, classes.length);
    this.rule = rule;
    this.testTime = testTime;
  }

  /** What computes, for people, such as `tfjs wasm`. */
  get engine(): string {
    return [...new Set(this.scorers.map(({ engine }) => engine))].join(', ');
  }

  /** The network as a tfjs model, for its gradients and layers; of several the first; undefined where it is none. */
  get model(): LayersModel | undefined {
    const [first] = this.scorers as [Scorer];
    return isLayersModelScorer(first) ? first.model : undefined;
  }

  /**
   * What the labels of a sample or of many are.
   *
   * @param input - pixels, a file with all channels, or a file for each channel by its name; a file is a path or URL,
   *   bytes, a `File` or a `Blob`
   * @throws HpaError with the sample, file and channel for what can't be read; `score-invalid` where the network gives
   *   no number; `aborted`
   * @example
   * const { labels, probabilities } = await predictor.predict({
   *   red: 'a_red.png', green: 'a_green.png', blue: 'a_blue.png', yellow: 'a_yellow.png',
   * });
   */
  predict(input: SampleInput, options?: PredictOneOptions): Promise<Prediction>;
  predict(inputs: readonly SampleInput[], options?: PredictManyOptions): Promise<Prediction[]>;
  async predict(
    given: SampleInput | readonly SampleInput[],
    options: PredictOneOptions & PredictManyOptions = {},
  ): Promise<Prediction | Prediction[]> {
    const isMany = Array.isArray(given);
    const inputs = isMany ? (given as readonly SampleInput[]) : [given as SampleInput];
    const ids = isMany ? (options.ids ?? inputs.map((_, i) => String(i))) : [options.id ?? '0'];
    if (ids.length !== inputs.length)
      throw new RangeError(`ids must be ${inputs.length}, one for each sample. Received ${ids.length}`);
    const load = (index: number) => this.read(inputs[index]!, { ...options, id: ids[index] });
    const predictions: Prediction[] = [];
    for await (const prediction of this.streamOf({ ids, load }, { ...options, onBroken: 'error' }))
      predictions.push(prediction);
    return isMany ? predictions : predictions[0]!;
  }

  /**
   * Predictions of all samples of a source, in its order, however many they are: of a folder (`openFolder`), an archive,
   * files dropped on a page, or a server. What can't be read is skipped and listed in `failed`.
   *
   * @throws RangeError where the source has other channels
   * @example
   * const stream = predictor.stream(await openFolder('test', { decoder: decoderPool() }), { onProgress });
   * for await (const { id, labels } of stream) console.log(id, labels);
   */
  stream(source: ImageSource, options: PredictionStreamOptions = {}): PredictionStream {
    const { channels } = this.preprocessing;
    if (source.channels.join() !== channels.join())
      throw new RangeError(
        `source must have the channels ${channels.join(', ')}. ${source.name} has ${source.channels.join(', ')}`,
      );
    const load = (index: number, signal?: AbortSignal) => source.load(index, { signal, size: this.loadSize });
    return this.streamOf({ ids: source.ids, load }, options);
  }

  /**
   * The image of a sample as `probabilities` takes it: decoded and stacked, and resized unless its views are crops.
   *
   * @throws HpaError as `predict`
   */
  read(input: SampleInput, options: PredictOneOptions = {}): Promise<CellImage> {
    const { id = '0', ...reading } = options;
    return readSample(input, id, this.preprocessing.channels, this.loadSize, reading);
  }

  /**
   * The image that a network sees, but for normalization: decoded, stacked, resized and mixed.
   *
   * @throws HpaError as `predict`
   */
  async prepare(input: SampleInput, options: PredictOneOptions = {}): Promise<CellImage> {
    return prepareImage(await this.read(input, options), this.preprocessing);
  }

  /**
   * Calibrated probabilities of images that have the source's channels and any size.
   *
   * @param ids - what errors call the images
   * @returns `[images.length, classes.length]`
   * @throws HpaError `image-shape`, `score-invalid` with the sample
   */
  async probabilities(images: readonly CellImage[], ids?: readonly string[]): Promise<Float32Array> {
    const { testTime, preprocessing, classes, calibration } = this;
    const sampleOf = (row: number) => ids?.[row] ?? String(row);
    const inputs = images.flatMap((image, row) => {
      try {
        return viewImage(image, testTime, (part) => prepareImage(part, preprocessing));
      } catch (error) {
        throw withContext(error, { sample: sampleOf(row) });
      }
    });
    const numClasses = classes.length;
    const { combine = 'mean' } = testTime;
    const views = countViews(testTime);
    const all: Float32Array[] = [];
    for (const scorer of this.scorers) {
      const scores = await scorer.score(inputs, preprocessing.normalization);
      const wrong = scores.findIndex((score) => !Number.isFinite(score));
      if (wrong >= 0)
        throw new HpaError(
          'score-invalid',
          `The model gives ${scores[wrong]!} for class ${classes[wrong % numClasses]!}: are its weights those of a training that diverged, or are there pixels that are no numbers?`,
          { sample: sampleOf(Math.floor(wrong / numClasses / views)) },
        );
      const probabilities = this.outputs === 'logits' ? scores.map(sigmoid) : scores;
      all.push(combineViews(probabilities, { views, numClasses, combine }));
    }
    const blended = all.length === 1 ? all[0]! : blendScores(all, { weights: this.weights });
    return calibration ? applyCalibration(blended, calibration) : blended;
  }

  /** Predictions from probabilities, `[ids.length, classes.length]`. */
  decide(ids: readonly string[], probabilities: Float32Array): Prediction[] {
    const { classes, thresholds, rule } = this;
    const numClasses = classes.length;
    const hot = applyThresholds(probabilities, thresholds, { numClasses, ...rule });
    return ids.map((id, row) => {
      const [from, to] = [row * numClasses, (row + 1) * numClasses];
      return toPrediction(id, classes, probabilities.subarray(from, to), hot.subarray(from, to));
    });
  }

  /** Gives back what the networks hold; the models that it was made of can't be used any more either. */
  async dispose(): Promise<void> {
    for (const scorer of this.scorers) await scorer.dispose();
  }

  /** Size in which samples are read; in that of the files where parts of them are cut out. */
  private get loadSize(): Preprocessing['imageSize'] | undefined {
    return this.testTime.crops ? undefined : this.preprocessing.imageSize;
  }

  private streamOf(samples: SampleList, options: PredictionStreamOptions): PredictionStream {
    const predict = async (ids: readonly string[], images: readonly CellImage[]) =>
      this.decide(ids, await this.probabilities(images, ids));
    return new PredictionStream(samples, predict, countViews(this.testTime), options);
  }
}

function checkScorers(scorers: readonly Scorer[], numClasses: number): Scorer['inputShape'] {
  const first = scorers[0];
  if (!first) throw new RangeError('A predictor needs at least one model. Received none');
  for (const { inputShape, numClasses: scores } of scorers) {
    if (scores !== numClasses)
      throw new RangeError(
        `classes must be ${scores}, one for each score of the model. Received ${numClasses}`,
      );
    if (inputShape.join() !== first.inputShape.join())
      throw new RangeError(
        `The models of a predictor must take images of one shape. Received ${first.inputShape.join('×')} and ${inputShape.join('×')}`,
      );
  }
  return first.inputShape;
}

function checkCalibration({ from, parameters }: Calibration, numClasses: number): void {
  if (parameters.length !== numClasses)
    throw new RangeError(`calibration must be for ${numClasses} classes. Received ${parameters.length}`);
  if (from !== 'probabilities')
    throw new TypeError("calibration must be fitted on probabilities. Received one from: 'logits'");
}
