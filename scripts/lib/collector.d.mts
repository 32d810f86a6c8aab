export declare function collectorPath(root: string): string;
