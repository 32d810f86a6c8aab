export declare function shopMissing(root: string): string | undefined;
