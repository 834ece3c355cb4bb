/** What an app reads of a model: the same for every package of this kind. */

/** RGBA, row by row, as an ImageData has it; of a model that takes bands, their bytes. */
export interface Picture {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface Contract {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly source_channels: number;
  readonly color: 'rgb' | 'bgr' | 'gray' | 'bands';
  readonly resize: 'nearest' | 'bilinear' | 'bicubic' | 'area';
  readonly fit: 'stretch' | 'crop' | 'pad';
  readonly smooth: 'none' | 'gaussian' | 'median';
  readonly balance: 'none' | 'per-image' | 'min-max' | 'equalize';
}

/** A vector of numbers beside the picture. */
export interface NumberInput {
  readonly name: string;
  readonly columns: readonly string[];
  readonly range: readonly (readonly [number, number])[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly scale: number;
  readonly zero_point: number;
}

/** value = scale * (byte - zero_point). */
export interface Output {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: number;
  readonly scale: number;
  readonly zero_point: number;
}

export interface Facts {
  readonly format: string;
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  readonly runtime_floor: string;
  readonly contract: Contract;
  readonly beside: readonly NumberInput[];
  readonly outputs: readonly Output[];
  readonly answer: {readonly kind: Answer['kind'], readonly labels?: readonly string[], readonly [fact: string]: unknown};
}

/** One label; `permille` is the confidence in thousandths, `review`: let a person look. */
export interface LabelAnswer<Kind extends string = 'classify'> {
  readonly kind: Kind;
  readonly index: number;
  readonly label: string;
  readonly permille: number;
  readonly confidence: number;
  readonly review: boolean;
}
export type YesNoAnswer = LabelAnswer<'binary'>;
export interface LabelsAnswer {
  readonly kind: 'multi-label';
  readonly said: readonly LabelAnswer<'multi-label'>[];
}
/** The vector of a picture, of length 16384. */
export interface VectorAnswer {
  readonly kind: 'embed';
  readonly unit: Int16Array;
}
export interface Match {
  readonly index: number;
  /** Times 16384. */
  readonly cosine: number;
  readonly known: boolean;
}
export interface AnomalyAnswer {
  readonly kind: 'anomaly';
  readonly score_q8: number;
  readonly score: number;
  readonly alert: boolean;
}
/** `classes`: one for each pixel, row by row; `areas`: pixels of each of `names`. */
export interface MapAnswer {
  readonly kind: 'map';
  readonly rows: number;
  readonly columns: number;
  readonly names: readonly string[];
  readonly classes: Uint8Array;
  readonly areas: readonly number[];
  readonly alert: boolean;
}
export interface PictureAnswer {
  readonly kind: 'picture';
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}
/** Edges in pixels of the picture. */
export interface Box {
  readonly index: number;
  readonly label: string;
  readonly confidence: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
/** `rows`: the whole numbers behind the boxes: x1, y1, x2, y2, score, label, anchor. */
export interface BoxesAnswer {
  readonly kind: 'boxes';
  readonly boxes: readonly Box[];
  readonly rows: readonly (readonly number[])[];
}
export interface ValuesAnswer {
  readonly kind: 'values';
  readonly values: readonly Float64Array[];
  readonly named: Readonly<Record<string, number>>;
}
export interface SeveralAnswer {
  readonly kind: 'several';
  readonly parts: Readonly<Record<string, Answer>>;
}
export type Answer = LabelAnswer | YesNoAnswer | LabelsAnswer | VectorAnswer | AnomalyAnswer | MapAnswer | PictureAnswer
  | BoxesAnswer | ValuesAnswer | SeveralAnswer;
