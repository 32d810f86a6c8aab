export declare function rustTlsPath(): string;
export declare function setupRustTls(): Promise<string | undefined>;
