/**
 * What `user` SQL may call. Reviewed against ClickHouse 26.7: computes from its arguments alone, and
 * reaches no file, network, model, dictionary, configuration or other statement. What is not here is
 * refused, so that a function of a later engine is closed until somebody has looked at it
 * (`test/engine/user-functions.txt` is the list that results).
 */

/** Categories of `system.functions` of which every function is harmless. */
export const FUNCTION_CATEGORIES: readonly string[] = [
  'Aggregate Functions',
  'Arithmetic',
  'Arrays',
  'Bit',
  'Bitmap',
  'Comparison',
  'Conditional',
  'Dates and Times',
  'Distance',
  'Encoding',
  'Encryption',
  'Financial',
  'Geo',
  'Geo Polygon',
  'Hash',
  'IP Address',
  'JSON',
  'Logical',
  'Map',
  'Mathematical',
  'Null',
  'NumericIndexedVector',
  'QBit',
  'Random Number',
  'Rounding',
  'String',
  'String Replacement',
  'String Search',
  'String Splitting',
  'Time Window',
  'Tuple',
  'Type Conversion',
  'URL',
  'UUID',
];

/** Harmless functions of categories that are not. */
export const FUNCTIONS: readonly string[] = [
  ...['MACNumToString', 'MACStringToNum', 'MACStringToOUI', 'bar', 'blockNumber', 'blockSize'],
  ...['byteSize', 'countDigits', 'currentDatabase', 'currentSchemas', 'currentUser', 'queryID'],
  ...['defaultValueOfArgumentType', 'defaultValueOfTypeName', 'digits', 'dumpColumnStructure'],
  ...['errorCodeToName', 'finalizeAggregation', 'flipCoordinates', 'formatQuery'],
  ...['formatQueryOrNull', 'formatQuerySingleLine', 'formatQuerySingleLineOrNull'],
  ...['formatReadableDecimalSize', 'formatReadableQuantity', 'formatReadableSize'],
  ...['formatReadableTimeDelta', 'getSizeOfEnumType', 'getSubcolumn', 'globalVariable'],
  ...['getTypeSerializationStreams', 'identity', 'ignore', 'indexHint', 'initializeAggregation'],
  ...['isConstant', 'isDecimalOverflow', 'lowCardinalityIndices', 'lowCardinalityKeys'],
  ...['materialize', 'minSampleSizeContinuous', 'minSampleSizeConversion', 'neighbor'],
  ...['normalizeQuery', 'normalizeQueryKeepNames', 'normalizedQueryHash'],
  ...['normalizedQueryHashKeepNames', 'parseReadableSize', 'parseReadableSizeOrNull'],
  ...['parseReadableSizeOrZero', 'parseTimeDelta', 'rowNumberInAllBlocks', 'rowNumberInBlock'],
  ...['runningAccumulate', 'runningConcurrency', 'runningDifference'],
  ...['runningDifferenceStartingWithFirstValue', 'seriesDecomposeSTL', 'seriesOutliersDetectTukey'],
  ...['stochasticLinearRegression', 'stochasticLogisticRegression', 'throwIf'],
  ...['timeSeriesFromGrid', 'timeSeriesRange', 'toColumnTypeName', 'toTypeName', 'tokenizeQuery'],
  ...['transform', 'uptime', 'variantElement', 'variantType', 'version', 'visibleWidth'],
];

/** Functions of harmless categories that are not: they fail at random, or show the engine's inside. */
export const FUNCTION_EXCEPTIONS: readonly string[] = ['aggThrow', 'chdb', 'flameGraph'];

/** Table functions that read nothing but what the statement itself holds. */
export const TABLE_FUNCTIONS: readonly string[] = [
  ...['format', 'generate_series', 'generateSeries', 'null', 'numbers', 'numbers_mt', 'primes'],
  ...['SQLStandardValues', 'values', 'view', 'viewIfPermitted', 'zeros', 'zeros_mt'],
];

/**
 * Words of the grammar that may stand before a bracket, and functions that only the parser knows
 * (it turns them into others that are allowed). None may be the name of a function that is not.
 */
export const SYNTAX_WORDS: readonly string[] = [
  ...['all', 'and', 'any', 'apply', 'array', 'as', 'between', 'by', 'case', 'columns', 'cube'],
  ...['dateadd', 'datediff', 'datesub', 'date_add', 'date_sub', 'describe', 'distinct', 'div'],
  ...['else', 'except', 'exists', 'explain', 'fill', 'filter', 'from', 'grouping', 'having'],
  ...['ilike', 'in', 'interpolate', 'intersect', 'interval', 'join', 'like', 'limit'],
  ...['materialized', 'mod', 'not', 'offset', 'on', 'or', 'over', 'prewhere', 'qualify'],
  ...['regexp', 'replace', 'rollup', 'select', 'sets', 'step', 'table', 'then', 'timestampadd'],
  ...['timestampsub', 'timestamp_add', 'timestamp_sub', 'to', 'union', 'untuple', 'using'],
  ...['when', 'where', 'with'],
];
