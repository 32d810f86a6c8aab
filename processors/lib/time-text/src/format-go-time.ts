import { LONG_MONTHS, LONG_WEEKDAYS, SHORT_MONTHS, SHORT_WEEKDAYS } from './calendar-names.ts';
import { type LayoutPiece, layoutPieces, type OffsetForm } from './go-layout.ts';
import { type GoTime, unixSecondsOf, type WallTime, wallTimeOf } from './go-time.ts';

/** Go's `Time.Format`. */
export function formatGoTime(time: GoTime, layout: string): string {
  const wall = wallTimeOf(time);
  let text = '';
  for (const piece of layoutPieces(layout)) text += formatPiece(piece, wall, time);
  return text;
}

function formatPiece(piece: LayoutPiece, wall: WallTime, time: GoTime): string {
  switch (piece.kind) {
    case 'literal':
      return piece.text;
    case 'fractionZeros':
      return piece.text.slice(0, 1) + fractionDigits(wall.nanosecond, piece.digits);
    case 'fractionNines':
      return trimmedFraction(wall.nanosecond, piece);
    case 'zoneName':
      return zoneName(time, wall.offsetSec);
    case 'zoneOffset':
      return piece.offset === undefined ? '' : formatOffset(wall.offsetSec, piece.offset);
    default:
      return formatDatePiece(piece, wall) ?? formatClockPiece(piece, wall);
  }
}

function formatDatePiece(piece: LayoutPiece, wall: WallTime): string | undefined {
  switch (piece.kind) {
    case 'longYear':
      return wall.year < 0 ? `-${zeros(-wall.year, 4)}` : zeros(wall.year, 4);
    case 'year':
      return zeros(Math.max(wall.year, 0) % 100, 2);
    case 'longMonth':
      return LONG_MONTHS[wall.month - 1] ?? '';
    case 'month':
      return SHORT_MONTHS[wall.month - 1] ?? '';
    case 'numMonth':
      return String(wall.month);
    case 'zeroMonth':
      return zeros(wall.month, 2);
    case 'longWeekday':
      return LONG_WEEKDAYS[wall.weekday] ?? '';
    case 'weekday':
      return SHORT_WEEKDAYS[wall.weekday] ?? '';
    case 'day':
      return String(wall.day);
    case 'underDay':
      return String(wall.day).padStart(2, ' ');
    case 'zeroDay':
      return zeros(wall.day, 2);
    case 'underYearDay':
      return String(wall.yearDay).padStart(3, ' ');
    case 'zeroYearDay':
      return zeros(wall.yearDay, 3);
    default:
      return undefined;
  }
}

function formatClockPiece(piece: LayoutPiece, wall: WallTime): string {
  const hour12 = wall.hour % 12 === 0 ? 12 : wall.hour % 12;
  switch (piece.kind) {
    case 'hour':
      return zeros(wall.hour, 2);
    case 'hour12':
      return String(hour12);
    case 'zeroHour12':
      return zeros(hour12, 2);
    case 'minute':
      return String(wall.minute);
    case 'zeroMinute':
      return zeros(wall.minute, 2);
    case 'second':
      return String(wall.second);
    case 'zeroSecond':
      return zeros(wall.second, 2);
    case 'upperPm':
      return wall.hour >= 12 ? 'PM' : 'AM';
    case 'lowerPm':
      return wall.hour >= 12 ? 'pm' : 'am';
    default:
      return '';
  }
}

function zeros(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function fractionDigits(nanosecond: number, digits: number): string {
  return zeros(nanosecond, 9).slice(0, digits);
}

/** Trailing zeros are cut, and with no digit left the point too. */
function trimmedFraction(nanosecond: number, piece: LayoutPiece): string {
  const digits = fractionDigits(nanosecond, piece.digits).replace(/0+$/, '');
  return digits === '' ? '' : piece.text.slice(0, 1) + digits;
}

function zoneName(time: GoTime, offsetSec: number): string {
  const name = time.zone.abbreviationAt(unixSecondsOf(time.unixNano));
  if (name !== '') return name;
  const form = { hasZ: false, hasColon: false, hasMinutes: true, hasSeconds: false };
  return formatOffset(offsetSec, form);
}

function formatOffset(offsetSec: number, form: OffsetForm): string {
  if (form.hasZ && offsetSec === 0) return 'Z';
  const absolute = Math.abs(offsetSec);
  // The sign is of whole minutes, as in Go.
  const sign = Math.trunc(offsetSec / 60) < 0 ? '-' : '+';
  const colon = form.hasColon ? ':' : '';
  let text = sign + zeros(Math.floor(absolute / 3600), 2);
  if (form.hasMinutes) text += colon + zeros(Math.floor(absolute / 60) % 60, 2);
  if (form.hasSeconds) text += colon + zeros(absolute % 60, 2);
  return text;
}
