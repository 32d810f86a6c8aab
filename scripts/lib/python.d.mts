export declare function pythonPath(root: string): string;
