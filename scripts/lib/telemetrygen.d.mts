export declare function telemetrygenPath(): string;
export declare function setupTelemetrygen(): Promise<string | undefined>;
