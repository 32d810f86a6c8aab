export declare function cacheDirectory(): string;
