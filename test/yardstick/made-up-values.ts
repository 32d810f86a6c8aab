import type { Draw } from '../bench/log-lines.ts';

/** Values that log lines hold, by the name that made-up lines (`made-up/*.txt`) give them. */
type MakeValue = (draw: Draw, seconds: number) => string;

const words = (text: string): readonly string[] => text.split(' ');
const START_MS = Date.UTC(2024, 10, 3, 6);
const MONTHS = words('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
const HEX = '0123456789abcdef';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MIXED = `${LOWER}${UPPER}0123456789`;

const PEOPLE = words(
  'anna bert carla dmitri elena farid greta hiro ines jamal katrin luca mira nils olga pavel ' +
    'quentin rosa svea tariq ursula vikram wanda xenia yusuf zoe admin backup deploy oracle guest',
);
const THINGS = words(
  'orders customers invoices payments carts products stock shipments returns coupons reviews ' +
    'addresses sessions tokens events audits prices taxes suppliers wishlists',
);
const ENTITIES = words(
  'Order Customer Invoice Payment Cart Product Shipment Coupon Review Address',
);
const COLUMNS = words(
  'email name created price status quantity country locale phone sku vat token parent weight',
);
const APPS = words(
  'checkout catalog billing mailer search gateway ledger profile recommend reporter scheduler ' +
    'sidecar uploader worker frontend notifier',
);
const SPACES = words('default prod staging payments monitoring ingress data ml edge tools');
const ACTIONS = words('index show create update destroy search export archive approve cancel');
const EXCEPTIONS = words(
  'IOException TimeoutException ConnectException NullReferenceException ArgumentException ' +
    'IllegalStateException SocketException InvalidOperationException FormatException',
);
const PACKAGES = words('order cart payment stock mail search audit price');
const UNITS = words('nginx cron atd rsyslog dbus docker sshd chronyd cups bluetooth udisks polkit');
const NICS = words('eth0 eth1 ens5 enp3s0 wlan0 bond0 eno2');
const FACES = words(
  'GigabitEthernet0/1 GigabitEthernet1/0/24 ge-0/0/3 xe-1/1/0 Vlan210 Po12 Te1/1',
);

const digits = (draw: Draw, count: number): string => lettersOf(draw, '0123456789', count);
const lettersOf = (draw: Draw, alphabet: string, count: number): string =>
  Array.from({ length: count }, () => alphabet[draw.below(alphabet.length)]).join('');
const hex = (draw: Draw, count: number): string => lettersOf(draw, HEX, count);
const between = (draw: Draw, low: number, high: number): number => low + draw.below(high - low);
/** Numbers of all lengths, small ones as often as large ones. */
const integer = (draw: Draw): string => String(Math.floor(10 ** (draw.next() * 6)));
const padded = (value: number, length: number): string => String(value).padStart(length, '0');
const dateOf = (seconds: number): Date => new Date(START_MS + seconds * 1000);
const isoOf = (seconds: number): string => dateOf(seconds).toISOString();
const day = (seconds: number): number => dateOf(seconds).getUTCDate();
const month = (seconds: number): string => MONTHS[dateOf(seconds).getUTCMonth()] ?? '';
const address = (draw: Draw): string =>
  `${draw.of(['10', '172', '192', '203'])}.${draw.below(256)}.${draw.below(256)}.${draw.below(256)}`;
const uuid = (draw: Draw): string => [8, 4, 4, 4, 12].map((length) => hex(draw, length)).join('-');
const host = (draw: Draw): string =>
  `${draw.of(APPS)}-${draw.below(40)}.${draw.of(['fra', 'iad', 'sin'])}.internal`;
const domain = (draw: Draw): string =>
  `${draw.of(['www', 'api', 'mx1', 'shop', 'cdn'])}.${draw.of(PEOPLE)}${draw.of(['', draw.of(THINGS)])}.${draw.of(['com', 'org', 'net', 'example', 'de'])}`;
const folderPath = (draw: Draw): string =>
  Array.from(
    { length: between(draw, 2, 5) },
    () => `/${draw.of([...APPS, ...THINGS, 'var', 'lib'])}`,
  ).join('');
const path = (draw: Draw): string =>
  `${folderPath(draw)}/${draw.of(THINGS)}${draw.of(['', `-${draw.below(900)}`])}${draw.of(['', '.log', '.conf', '.dat'])}`;
const uri = (draw: Draw): string => {
  const base = `/${draw.of(THINGS)}${draw.of(['', `/${draw.below(9999)}`, `/${draw.of(ACTIONS)}`])}`;
  return `${base}${draw.of(['', '', `?page=${draw.below(40)}`, `?q=${draw.of(THINGS)}&n=${draw.below(99)}`])}`;
};
const duration = (draw: Draw): string =>
  draw.of([
    `${draw.below(900)}ms`,
    `${draw.below(9)}.${digits(draw, 3)}s`,
    `${draw.below(50)}m${draw.below(60)}s`,
    `${draw.below(900)}.${digits(draw, 2)}µs`,
  ]);
const size = (draw: Draw): string =>
  draw.of([`${draw.below(900)}kb`, `${draw.below(900)}.${draw.below(9)}mb`, `${draw.below(90)}gb`]);
const javaFrame = (draw: Draw): string =>
  `com.shop.${draw.of(PACKAGES)}.${draw.of(ENTITIES)}Service.${draw.of(ACTIONS)}(${draw.of(ENTITIES)}Service.java:${between(draw, 10, 400)})`;
const frames = (draw: Draw, make: (draw: Draw) => string): string =>
  Array.from({ length: between(draw, 1, 5) }, () => make(draw)).join('');

const TIMES: Readonly<Record<string, MakeValue>> = {
  isodate: (_draw, at) => isoOf(at).slice(0, 10),
  dotdate: (_draw, at) => isoOf(at).slice(0, 10).replaceAll('-', '.'),
  slashdate: (_draw, at) => isoOf(at).slice(0, 10).replaceAll('-', '/'),
  shortdate: (_draw, at) => isoOf(at).slice(2, 10).replaceAll('-', ''),
  yymmdd: (_draw, at) => isoOf(at).slice(2, 10).replaceAll('-', ''),
  clock: (_draw, at) => isoOf(at).slice(11, 19),
  clockdots: (_draw, at) => isoOf(at).slice(11, 19).replaceAll(':', '.'),
  clock2: (_draw, at) => isoOf(at).slice(11, 19).replaceAll(':', '.'),
  hhmmss: (_draw, at) => isoOf(at).slice(11, 19).replaceAll(':', ''),
  hms: (draw) =>
    `${draw.below(3)}:${padded(draw.below(60), 2)}:${padded(draw.below(60), 2)}.${digits(draw, 3)}`,
  milli: (draw) => digits(draw, 3),
  micro: (draw) => digits(draw, 6),
  mon: (_draw, at) => month(at),
  dd: (_draw, at) => String(day(at)).padStart(2, ' '),
  dd2: (_draw, at) => padded(day(at), 2),
  year: (_draw, at) => isoOf(at).slice(0, 4),
  mmdd: (_draw, at) => isoOf(at).slice(5, 10).replace('-', ''),
  mmdash: (_draw, at) => isoOf(at).slice(5, 10),
  epoch: (_draw, at) => String(Math.floor(START_MS / 1000) + at),
  epochms: (draw, at) => String(START_MS + at * 1000 + draw.below(1000)),
  upsec: (_draw, at) => String(at + 3).padStart(5, ' '),
  seq: (_draw, at) => padded(at, 6),
};

const NUMBERS: Readonly<Record<string, MakeValue>> = {
  int: integer,
  int3: (draw) => String(between(draw, 100, 999)),
  int4: (draw) => String(between(draw, 1000, 9999)),
  sint: (draw) => `${draw.of(['', '-'])}${between(draw, 1, 9)}${digits(draw, 17)}`,
  small: (draw) => String(draw.below(64)),
  two: (draw) => digits(draw, 2),
  three: (draw) => digits(draw, 3),
  four: (draw) => digits(draw, 4),
  five: (draw) => digits(draw, 5),
  six: (draw) => digits(draw, 6),
  float: (draw) => `${integer(draw)}.${digits(draw, 1 + draw.below(4))}`,
  pct: (draw) => `${draw.below(100)}.${draw.below(10)}`,
  money: (draw) => `${draw.below(900)}.${digits(draw, 2)}`,
  pid: (draw) => String(between(draw, 100, 32_000)),
  pid5: (draw) => String(between(draw, 100, 32_000)).padStart(5, ' '),
  pid7: (draw) => String(between(draw, 100, 32_000)).padStart(7, ' '),
  pri: (draw) => String(between(draw, 8, 190)),
  port: (draw) => String(between(draw, 1024, 65_000)),
  status: (draw) =>
    draw.of(words('200 200 200 201 204 301 302 304 400 401 403 404 429 500 502 503')),
  hex2: (draw) => hex(draw, 2),
  hex4: (draw) => hex(draw, 4),
  hex6: (draw) => hex(draw, 6),
  hex7: (draw) => hex(draw, 7),
  hex8: (draw) => hex(draw, 8),
  hex16: (draw) => hex(draw, 16),
  hex32: (draw) => hex(draw, 32),
  hex40: (draw) => hex(draw, 40),
  hex64: (draw) => hex(draw, 64),
  uuid,
  b64: (draw) => lettersOf(draw, MIXED, 22),
  b32id: (draw) => lettersOf(draw, 'ABCDEFGHIJKLMNOPQRSTUV0123456789', 13),
  mailid: (draw) => lettersOf(draw, '0123456789ABCDEF', 11),
  version: (draw) => `${draw.below(9)}.${draw.below(30)}.${draw.below(20)}`,
  sku: (draw) => `${lettersOf(draw, UPPER, 3)}-${digits(draw, 5)}`,
  duration,
  dur: duration,
  size,
};

const NETWORK: Readonly<Record<string, MakeValue>> = {
  ip: address,
  host,
  hostname: (draw) =>
    `${draw.of(['web', 'db', 'node', 'edge', 'app'])}${draw.of(['', '-'])}${draw.below(60)}`,
  fqdn: domain,
  mac: (draw) => Array.from({ length: 6 }, () => hex(draw, 2)).join(':'),
  email: (draw) => `${draw.of(PEOPLE)}${draw.of(['', '.', '_'])}${draw.of(PEOPLE)}@${domain(draw)}`,
  uri,
  path,
  file: (draw) => `${draw.of(THINGS)}-${draw.below(400)}.csv`,
  winpath: (draw) => `C:\\${draw.of(ENTITIES)}\\${draw.of(APPS)}\\${draw.of(THINGS)}.exe`,
  bucket: (draw) => `${draw.of(APPS)}-${draw.of(THINGS)}`,
  region: (draw) =>
    `${draw.of(['eu', 'us', 'ap'])}-${draw.of(['west', 'east', 'south'])}-${1 + draw.below(3)}`,
  pop: (draw) => draw.of(words('FRA1 IAD2 SIN1 LHR4 GRU1 NRT2 SYD1 AMS3')),
  method: (draw) => draw.of(words('GET GET GET POST PUT DELETE PATCH HEAD')),
  httpword: (draw) => draw.of(['OK', 'Created', 'Found', 'Forbidden', 'Unauthorized', 'Conflict']),
  iface: (draw) => draw.of(FACES),
  nic: (draw) => draw.of(NICS),
  usbport: (draw) =>
    `${between(draw, 1, 4)}-${between(draw, 1, 9)}${draw.of(['', `.${draw.below(5)}`])}`,
  disk: (draw) => draw.of(words('sda1 sdb nvme0n1p2 dm-3 sdc2 vda1 md127')),
  cipher: (draw) =>
    draw.of(words('AES256-GCM-SHA384 AES128-SHA CHACHA20-POLY1305 ECDHE-RSA-AES256')),
  image: (draw) => `registry.${domain(draw)}/${draw.of(APPS)}:${draw.below(9)}.${draw.below(40)}`,
};

const NAMES: Readonly<Record<string, MakeValue>> = {
  user: (draw) => draw.of(PEOPLE),
  dbuser: (draw) => draw.of([...APPS.map((app) => `${app}_rw`), ...PEOPLE]),
  personname: (draw) => draw.of(PEOPLE).toUpperCase(),
  table: (draw) => draw.of(THINGS),
  entity: (draw) => draw.of(ENTITIES),
  column: (draw) => draw.of(COLUMNS),
  app: (draw) => draw.of(APPS),
  action: (draw) => draw.of(ACTIONS),
  topic: (draw) => `${draw.of(THINGS)}${draw.of(['.', '-', '_'])}${draw.of(ACTIONS)}`,
  group: (draw) => `${draw.of(APPS)}-consumers`,
  tenant: (draw) => `${draw.of(PEOPLE)}-gmbh`,
  ns: (draw) => draw.of(SPACES),
  pod: (draw) => `${draw.of(APPS)}-${hex(draw, 9)}-${lettersOf(draw, MIXED.toLowerCase(), 5)}`,
  volume: (draw) =>
    `${draw.of(APPS)}-${draw.of(['token', 'config', 'data', 'certs', 'kube-api-access'])}`,
  plugin: (draw) =>
    draw.of(words('overlay snapshots diff metadata auth audit gc cri binlog partition')),
  state: (draw) => draw.of(words('OPEN PAID SENT CLOSED REFUNDED LOST')),
  exc: (draw) => draw.of(EXCEPTIONS),
  task: (draw) => `${draw.of(THINGS)}${draw.of(['Cleanup', 'Export', 'Sync', 'Report'])}`,
  pytask: (draw) => `shop.${draw.of(PACKAGES)}.tasks.${draw.of(ACTIONS)}_${draw.of(THINGS)}`,
  report: (draw) => `${draw.of(THINGS)}-by-${draw.of(COLUMNS)}`,
  thread: (draw) =>
    draw.of([
      `nio-8080-exec-${draw.below(40)}`,
      'main',
      `task-${draw.below(8)}`,
      `pool-${draw.below(9)}-thread-${draw.below(20)}`,
    ]),
  jclass: (draw) =>
    `c.s.${draw.of(PACKAGES)}.${draw.of(ENTITIES)}${draw.of(['Service', 'Controller', 'Client'])}`,
  dotclass: (draw) =>
    `Shop.Api.${draw.of(ENTITIES)}s.${draw.of(ENTITIES)}${draw.of(['Handler', 'Store'])}`,
  rsmod: (draw) => `shop::${draw.of(PACKAGES)}::${draw.of(['store', 'server', 'client'])}`,
  pymod: (draw) =>
    `compute.${draw.of(PACKAGES)}.${draw.of(['manager', 'driver', 'api', 'server'])}`,
  gofile: (draw) => `${draw.of(PACKAGES)}_${draw.of(THINGS)}.go:${between(draw, 20, 999)}`,
  gopath: (draw) => `${draw.of(PACKAGES)}/${draw.of(THINGS)}.go:${between(draw, 20, 999)}`,
  phpfile: (draw) => `/srv/app/${draw.of(ENTITIES)}s/${draw.of(ENTITIES)}Service.php`,
  zkthread: (draw) =>
    draw.of([
      `Peer[me=${draw.below(5)}]/0:0:0:0:0:0:0:0:2181`,
      `/${address(draw)}:3888`,
      `Worker:${digits(draw, 12)}`,
      'main',
    ]),
  zkclass: (draw) => `${draw.of(ENTITIES)}${draw.of(['Manager', 'Server', 'Election', 'Worker'])}`,
  unit: (draw) => draw.of(UNITS),
  winservice: (draw) =>
    draw.of([
      'Print Spooler',
      'Windows Update',
      'Task Scheduler',
      'Remote Registry',
      'DHCP Client',
      'Windows Time',
      'Background Intelligent Transfer Service',
      'Themes',
    ]),
  update: (draw) =>
    draw.of([
      `KB${digits(draw, 7)}`,
      `Security Update (KB${digits(draw, 7)})`,
      `Definition Update ${digits(draw, 3)}.${digits(draw, 4)}`,
    ]),
  sig: (draw) =>
    draw.of(words('sql.injection path.traversal shell.upload brute.force port.scan log4shell')),
  jobname: (draw) =>
    `${draw.of(['PAY', 'INV', 'BKP', 'GLD'])}${lettersOf(draw, UPPER, 2)}${digits(draw, 3)}`,
  step: (draw) => `STEP${digits(draw, 3)}`,
  ddname: (draw) => draw.of(words('SYSIN SYSOUT SORTWK01 INFILE OUTFILE STEPLIB REPORT CARDS')),
  dataset: (draw) =>
    `${draw.of(['PROD', 'TEST', 'SYS1'])}.${draw.of(THINGS).toUpperCase().slice(0, 8)}.G${digits(draw, 4)}V00`,
  sysname: (draw) => draw.of(words('SYSA SYSB SYSC PRD1 PRD2')),
  cics: (draw) => `CICS${lettersOf(draw, UPPER, 4)}`,
  tran: (draw) => lettersOf(draw, UPPER, 4),
  abend: (draw) => draw.of(words('S0C4 S0C7 S322 S806 ASRA AEI0 S878')),
  program: (draw) => `PGM${lettersOf(draw, UPPER, 5)}`,
  term: (draw) => `T${digits(draw, 3)}`,
  tsouser: (draw) => `${lettersOf(draw, UPPER, 4)}${digits(draw, 2)}`,
  racfgroup: (draw) => draw.of(words('SYSPROG DBADMIN OPERATOR BATCH DEVELOP')),
  tag: (draw) =>
    draw.of(
      words('WindowKeeper PowerKeeper ActivityKeeper AudioRoute SensorHub Wifi Battery GcDaemon'),
    ),
  package: (draw) => `com.${draw.of(PEOPLE)}.${draw.of(APPS)}`,
  activity: (draw) => `${draw.of(ENTITIES)}${draw.of(['Activity', 'Screen', 'Dialog'])}`,
  rack: (draw) =>
    `R${digits(draw, 2)}-M${draw.below(2)}-N${lettersOf(draw, HEX, 1)}-C:J${digits(draw, 2)}-U${digits(draw, 2)}`,
  rackslot: (draw) => `R${digits(draw, 2)}-M${draw.below(2)}-N${lettersOf(draw, HEX, 1)}`,
  cloudsvc: (draw) => draw.of(words('storage compute identity queue functions keys dns')),
  apiaction: (draw) =>
    `${draw.of(['Get', 'List', 'Put', 'Delete', 'Describe'])}${draw.of(ENTITIES)}s`,
  javastack: (draw) =>
    `\njava.lang.${draw.of(EXCEPTIONS)}: ${draw.of(COLUMNS)}${frames(draw, (own) => `\n\tat ${javaFrame(own)}`)}`,
  dotstack: (draw) =>
    frames(
      draw,
      (own) =>
        `\n   at Shop.Api.${own.of(ENTITIES)}Store.${own.of(ENTITIES)}() in C:\\src\\Store.cs:line ${own.below(400)}`,
    ),
  pystack: (draw) =>
    `\nTraceback (most recent call last):${frames(draw, (own) => `\n  File "/srv/${own.of(THINGS)}.py", line ${own.below(400)}, in ${own.of(ACTIONS)}`)}\n${draw.of(EXCEPTIONS)}: ${draw.of(COLUMNS)}`,
};

export const VALUES: Readonly<Record<string, MakeValue>> = {
  ...TIMES,
  ...NUMBERS,
  ...NETWORK,
  ...NAMES,
};
/** Values that stand on lines of their own behind the first: of no template. */
export const BEHIND: ReadonlySet<string> = new Set(['javastack', 'dotstack', 'pystack']);
