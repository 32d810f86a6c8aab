export declare function h2specPath(): string;
export declare function setupH2spec(): Promise<string | undefined>;
