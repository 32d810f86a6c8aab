import type { AnyValue, Id, Int64, Resource, Scope } from './request-objects.ts';

/** OTLP/JSON of profiles as types, as `request-objects.ts`. Indexes count from 0, the zero value. */
export interface ProfilesRequest {
  readonly resourceProfiles: readonly {
    readonly resource?: Resource;
    readonly scopeProfiles: readonly {
      readonly scope?: Scope;
      readonly profiles: readonly Profile[];
      readonly schemaUrl?: string;
    }[];
    readonly schemaUrl?: string;
  }[];
  readonly dictionary?: ProfilesDictionaryObject;
}

export interface ValueType {
  readonly typeStrindex?: number;
  readonly unitStrindex?: number;
}

export interface Profile {
  readonly sampleType?: ValueType;
  readonly samples?: readonly Sample[];
  readonly timeUnixNano?: Int64;
  readonly durationNano?: Int64;
  readonly periodType?: ValueType;
  readonly period?: Int64;
  /** 16 bytes. */
  readonly profileId?: Id;
  readonly droppedAttributesCount?: number;
  readonly originalPayloadFormat?: string;
  readonly originalPayload?: Uint8Array | string;
  readonly attributeIndices?: readonly number[];
}

export interface Sample {
  readonly stackIndex?: number;
  readonly attributeIndices?: readonly number[];
  readonly linkIndex?: number;
  readonly values?: readonly Int64[];
  readonly timestampsUnixNano?: readonly Int64[];
}

/** The first entry of every table is the zero value. */
export interface ProfilesDictionaryObject {
  readonly mappingTable?: readonly {
    readonly memoryStart?: Int64;
    readonly memoryLimit?: Int64;
    readonly fileOffset?: Int64;
    readonly filenameStrindex?: number;
    readonly attributeIndices?: readonly number[];
  }[];
  readonly locationTable?: readonly {
    readonly mappingIndex?: number;
    readonly address?: Int64;
    readonly lines?: readonly {
      readonly functionIndex?: number;
      readonly line?: Int64;
      readonly column?: Int64;
    }[];
    readonly attributeIndices?: readonly number[];
  }[];
  readonly functionTable?: readonly {
    readonly nameStrindex?: number;
    readonly systemNameStrindex?: number;
    readonly filenameStrindex?: number;
    readonly startLine?: Int64;
  }[];
  readonly linkTable?: readonly { readonly traceId?: Id; readonly spanId?: Id }[];
  readonly stringTable?: readonly string[];
  readonly attributeTable?: readonly {
    readonly keyStrindex?: number;
    readonly value?: AnyValue;
    readonly unitStrindex?: number;
  }[];
  /** Locations of a stack, the leaf first. */
  readonly stackTable?: readonly { readonly locationIndices?: readonly number[] }[];
}
