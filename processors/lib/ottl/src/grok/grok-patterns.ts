import { IPV4_PATTERN, IPV6_PATTERN } from './ip-pattern.ts';

/** Names of the grok library; what they stand for is written here for RE2. */
const BASICS = {
  WORD: String.raw`\b\w+\b`,
  NOTSPACE: String.raw`\S+`,
  SPACE: String.raw`\s*`,
  DATA: '.*?',
  GREEDYDATA: '.*',
  INT: '[+-]?[0-9]+',
  NUMBER: '%{BASE10NUM}',
  BOOL: '(?:true|false)',
  BASE10NUM: String.raw`[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)`,
  BASE16NUM: '[+-]?(?:0x)?[0-9A-Fa-f]+',
  BASE16FLOAT: String.raw`[+-]?(?:0x)?[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?`,
  POSINT: String.raw`\b[1-9][0-9]*\b`,
  NONNEGINT: String.raw`\b[0-9]+\b`,
  QUOTEDSTRING: String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`,
  QS: '%{QUOTEDSTRING}',
  UUID: '[A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}',
  URN: "urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[0-9A-Za-z()+,.:=@;$_!*'/?#-]+",
  LOGLEVEL:
    '(?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|emerg(?:ency)?)',
};

const NETWORK = {
  IP: '(?:%{IPV6}|%{IPV4})',
  IPV6: IPV6_PATTERN,
  IPV4: IPV4_PATTERN,
  IPORHOST: '(?:%{IP}|%{HOSTNAME})',
  HOSTNAME: String.raw`\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*(?:\.|\b)`,
  HOSTPORT: '%{IPORHOST}:%{POSINT}',
  EMAILLOCALPART: '[a-zA-Z][a-zA-Z0-9_.+=:-]+',
  EMAILADDRESS: '%{EMAILLOCALPART}@%{HOSTNAME}',
  USERNAME: '[a-zA-Z0-9._-]+',
  USER: '%{USERNAME}',
  MAC: '(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})',
  CISCOMAC: String.raw`[A-Fa-f0-9]{4}(?:\.[A-Fa-f0-9]{4}){2}`,
  WINDOWSMAC: '[A-Fa-f0-9]{2}(?:-[A-Fa-f0-9]{2}){5}',
  COMMONMAC: '[A-Fa-f0-9]{2}(?::[A-Fa-f0-9]{2}){5}',
};

const PATHS = {
  PATH: '(?:%{UNIXPATH}|%{WINPATH})',
  UNIXPATH: String.raw`(?:/[\w%!$@:.,+~-]+)+`,
  WINPATH: String.raw`[A-Za-z]+:(?:\\[^\\?*]+)+`,
  TTY: String.raw`/dev/(?:pts|tty[pq]?)\w*/?[0-9]+`,
  URIPROTO: '[A-Za-z][A-Za-z0-9+.-]+',
  URIHOST: '%{IPORHOST}(?::%{POSINT})?',
  URIPATH: "(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]+)+",
  URIQUERY: String.raw`[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*`,
  URIPARAM: String.raw`\?%{URIQUERY}`,
  URIPATHPARAM: String.raw`%{URIPATH}(?:\?%{URIQUERY})?`,
  URI: String.raw`%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?%{URIHOST}(?:%{URIPATH}(?:\?%{URIQUERY})?)?`,
};

const DATES = {
  MONTH: String.raw`\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b`,
  MONTHNUM: '(?:0[1-9]|1[0-2])',
  MONTHDAY: '(?:0[1-9]|[12][0-9]|3[01]|[1-9])',
  DAY: String.raw`\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b`,
  YEAR: '(?:[0-9]{2}){1,2}',
  HOUR: '(?:2[0-3]|[01]?[0-9])',
  MINUTE: '[0-5][0-9]',
  SECOND: '(?:[0-5][0-9]|60)(?:[:.,][0-9]+)?',
  TIME: '%{HOUR}:%{MINUTE}(?::%{SECOND})?',
  DATE_US: '%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}',
  DATE_EU: '%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}',
  ISO8601_TIMEZONE: '(?:Z|[+-]%{HOUR}:?%{MINUTE})',
  ISO8601_SECOND: '%{SECOND}',
  TIMESTAMP_ISO8601:
    '%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?',
  DATE: '(?:%{DATE_US}|%{DATE_EU})',
  DATESTAMP: '%{DATE}[- ]%{TIME}',
  TZ: '(?:[PMACE][SED]T|UTC)',
  DATESTAMP_RFC822: '%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}',
  DATESTAMP_RFC2822: '%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}',
  DATESTAMP_OTHER: '%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}',
  DATESTAMP_EVENTLOG: '%{YEAR}%{MONTHNUM}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}',
  HTTPDATE: '%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}',
};

const SYSLOG = {
  SYSLOGTIMESTAMP: '%{MONTH} +%{MONTHDAY} %{TIME}',
  PROG: String.raw`[!-Z\\^-~]+`,
  SYSLOGPROG: String.raw`%{PROG}(?:\[[0-9]+\])?`,
  SYSLOGHOST: '%{IPORHOST}',
  SYSLOGFACILITY: '<%{NONNEGINT}.%{NONNEGINT}>',
  SYSLOGBASE:
    '%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:host.name} %{SYSLOGPROG}:',
};

const HTTPD = {
  HTTPDUSER: '(?:%{EMAILADDRESS}|%{USER})',
  HTTPDERROR_DATE: '%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}',
  HTTPD_COMMONLOG: [
    '%{IPORHOST:source.address} (?:-|%{HTTPDUSER:apache.access.user.identity})',
    String.raw`(?:-|%{HTTPDUSER:user.name}) \[%{HTTPDATE:timestamp}\]`,
    '"(?:%{WORD:http.request.method} %{NOTSPACE:url.original}(?: HTTP/%{NUMBER:http.version})?|%{DATA})"',
    '(?:-|%{INT:http.response.status_code:int}) (?:-|%{INT:http.response.body.size:long})',
  ].join(' '),
  HTTPD_COMBINEDLOG:
    '%{HTTPD_COMMONLOG} "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})"',
  COMMONAPACHELOG: '%{HTTPD_COMMONLOG}',
  COMBINEDAPACHELOG: '%{HTTPD_COMBINEDLOG}',
};

const JAVA = {
  JAVACLASS: String.raw`(?:[a-zA-Z$_][a-zA-Z$_0-9]*\.)*[a-zA-Z$_][a-zA-Z$_0-9]*`,
  JAVAFILE: '[a-zA-Z$_0-9. -]+',
  JAVAMETHOD: '(?:<(?:cl)?init>|[a-zA-Z$_][a-zA-Z$_0-9]*)',
  JAVALOGMESSAGE: '.*',
};

/** The patterns that every expression may name. */
export const GROK_PATTERNS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...BASICS, ...NETWORK, ...PATHS, ...DATES, ...SYSLOG, ...HTTPD, ...JAVA }),
);
