export const LONG_MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const SHORT_MONTHS: readonly string[] = LONG_MONTHS.map((name) => name.slice(0, 3));

export const LONG_WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];
export const SHORT_WEEKDAYS: readonly string[] = LONG_WEEKDAYS.map((name) => name.slice(0, 3));
