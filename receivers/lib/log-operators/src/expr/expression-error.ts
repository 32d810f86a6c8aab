/** A text that is no expression, or one with something that is not supported here. */
export class ExpressionError extends Error {}
