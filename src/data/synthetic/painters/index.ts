/** The painter of each of the 28 classes. */
import { HPA_CLASSES } from '../../../labels';
import * as cytoplasm from './cytoplasm';
import * as cytoskeleton from './cytoskeleton';
import * as nuclear from './nuclear';
import type { Painter } from './painter';
import * as vesicles from './vesicles';

export type { Painter, Scene } from './painter';

/** In the order of `HPA_CLASSES`. */
const IN_ORDER: readonly Painter[] = [
  nuclear.nucleoplasm,
  nuclear.nuclearMembrane,
  nuclear.nucleoli,
  nuclear.fibrillarCenters,
  nuclear.nuclearSpeckles,
  nuclear.nuclearBodies,
  cytoplasm.endoplasmicReticulum,
  cytoplasm.golgi,
  vesicles.peroxisomes,
  vesicles.endosomes,
  vesicles.lysosomes,
  cytoskeleton.intermediateFilaments,
  cytoskeleton.actinFilaments,
  cytoskeleton.focalAdhesions,
  cytoskeleton.microtubules,
  cytoskeleton.microtubuleEnds,
  cytoskeleton.cytokineticBridge,
  cytoskeleton.mitoticSpindle,
  cytoskeleton.organizingCenter,
  cytoskeleton.centrosome,
  vesicles.lipidDroplets,
  cytoplasm.plasmaMembrane,
  cytoplasm.cellJunctions,
  cytoplasm.mitochondria,
  vesicles.aggresome,
  cytoplasm.cytosol,
  vesicles.cytoplasmicBodies,
  vesicles.rodsAndRings,
];

/** Class name → what draws it. */
export const PAINTERS: ReadonlyMap<string, Painter> = new Map(
  IN_ORDER.map((painter, index) => [HPA_CLASSES[index]!, painter]),
);
