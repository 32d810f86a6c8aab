export declare function collectorPath(root: string, kind?: 'small' | 'full'): string;
