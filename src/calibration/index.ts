/** Calibration: fitted on validation scores, kept as JSON, applied to predictions. */
export { applyCalibration } from './apply-calibration';
export type {
  Calibration,
  CalibrationMethod,
  ClassCalibration,
  IdentityCalibration,
  IsotonicCalibration,
  PlattCalibration,
  TemperatureCalibration,
} from './calibration';
export { calibrationFromJson, calibrationToJson, type CalibrationJsonOptions } from './calibration-json';
export { fitCalibration, type FitCalibrationOptions } from './fit-calibration';
