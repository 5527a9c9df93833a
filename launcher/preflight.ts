/**
 * What stands in the way of a start, each with its one remedy.
 *
 * @module
 */
/** Everything the checks look at, gathered beforehand. */
export interface Facts {
  /** The installation's folder. */
  root: string;
  windows: boolean;
  portable: boolean;
  /** Why nothing can be written in the folder; undefined where it can. */
  writeError?: string;
  /** Folders that a cloud service says it keeps in sync. */
  cloudFolders: readonly string[];
  driveKind: string | undefined;
  /** Bytes free on the folder's disk, where the system tells. */
  freeBytes: number | undefined;
  /** Length of the bundle's longest path below the folder. */
  longestPath: number;
  /** False where ExifTool cannot open its own files in this folder. */
  exiftoolCanOpen: boolean;
  /** Files of the bundle that are missing or changed. */
  changedFiles: readonly { path: string; problem: string }[];
  /** The address to listen on. */
  host: string;
}

/** One thing found. */
export interface Problem {
  severity: "error" | "warning";
  happened: string;
  remedy: string;
}

/** The longest path most Windows programs can open. */
const longestWindowsPath = 259;

/** Bytes under which a start is refused, and under which it is warned of. */
const diskLimits = { refuse: 100_000_000, warn: 1_000_000_000 };

/** Folder names archivers unpack a double-clicked program into. */
const archiverFolders = [
  /(^|[\\/])Temp\d*_[^\\/]+\.zip([\\/]|$)/i,
  /(^|[\\/])7z[A-Z0-9]{8,}([\\/]|$)/,
  /(^|[\\/])Rar\$[A-Z0-9.]+([\\/]|$)/i,
  /(^|[\\/])BNZ\.[0-9a-f]+([\\/]|$)/i,
  /\.zip[\\/]/i,
];

const cloudNames =
  /^(OneDrive( - .*)?|Dropbox( \(.*\))?|Google ?Drive|My Drive|iCloudDrive|iCloud~.*)$/i;

function isBelow(folder: string, path: string, windows: boolean): boolean {
  const plain = (text: string) => {
    const slashes = text.replaceAll("\\", "/").replace(/\/+$/, "");
    return windows ? slashes.toLowerCase() : slashes;
  };
  return folder !== "" && `${plain(path)}/`.startsWith(`${plain(folder)}/`);
}

/** The cloud folder that `root` lies in, if any. */
export function cloudFolder(
  facts: Pick<Facts, "root" | "windows" | "cloudFolders">,
): string | undefined {
  const { root, windows, cloudFolders } = facts;
  const named = cloudFolders.find((folder) => isBelow(folder, root, windows));
  if (named !== undefined) return named.split(/[\\/]/).findLast(Boolean);
  return root.split(/[\\/]/).find((part) => cloudNames.test(part));
}

/** True for addresses that only this computer reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

function changedFilesProblem(facts: Facts): Problem[] {
  const [first, ...others] = facts.changedFiles;
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return [{
    severity: "error",
    happened: `The file '${first.path}' is ${first.problem}${more}.`,
    remedy:
      "Unzip MediaParser again over this folder (your data stays), and let your virus scanner leave the folder alone.",
  }];
}

function diskProblem(facts: Facts): Problem[] {
  const { freeBytes } = facts;
  if (freeBytes === undefined || freeBytes >= diskLimits.warn) return [];
  const megabytes = Math.floor(freeBytes / 1_000_000);
  return [{
    severity: freeBytes < diskLimits.refuse ? "error" : "warning",
    happened: `The disk is almost full: ${megabytes} MB are free.`,
    remedy: "Make room on it before you add photos.",
  }];
}

function windowsProblems(facts: Facts): Problem[] {
  const { root } = facts;
  const problems: Problem[] = [];
  if (root.includes(";")) {
    problems.push({
      severity: "error",
      happened:
        `The folder's path '${root}' has a semicolon in it, at which Windows takes lists of folders apart.`,
      remedy: "Rename the folder without it.",
    });
  }
  const longest = root.length + 1 + facts.longestPath;
  if (longest > longestWindowsPath) {
    problems.push({
      severity: "error",
      happened:
        `The folder's path is too long: with MediaParser's files it reaches ${longest} characters, and Windows allows ${longestWindowsPath}.`,
      remedy:
        "Move the MediaParser folder up, for instance to C:\\MediaParser.",
    });
  }
  if (!facts.exiftoolCanOpen) {
    problems.push({
      severity: "error",
      happened:
        `ExifTool cannot work in '${root}': the name has characters that this Windows' code page lacks.`,
      remedy:
        "Rename the folder so that it has only letters of your Windows language, or move it to C:\\MediaParser.",
    });
  }
  if (facts.driveKind === "network") {
    problems.push({
      severity: "error",
      happened:
        `The folder '${root}' lies on a network drive, where the database can be damaged.`,
      remedy: "Move the MediaParser folder to a disk of this computer.",
    });
  }
  return problems;
}

/** Finds what stands in the way, errors first. */
export function findProblems(facts: Facts): Problem[] {
  const { root } = facts;
  const problems: Problem[] = [];
  if (facts.portable && archiverFolders.some((form) => form.test(root))) {
    problems.push({
      severity: "error",
      happened: `MediaParser was started from inside its zip ('${root}').`,
      remedy:
        "Unzip it first (right-click, Extract All), and start it from the unzipped folder.",
    });
  }
  if (facts.writeError !== undefined) {
    problems.push({
      severity: "error",
      happened: `Cannot write in '${root}': ${facts.writeError}.`,
      remedy:
        "Move the MediaParser folder to a place of your own, for instance your Documents, and start it there.",
    });
  }
  if (facts.windows) problems.push(...windowsProblems(facts));
  problems.push(...changedFilesProblem(facts), ...diskProblem(facts));
  const cloud = cloudFolder(facts);
  if (cloud !== undefined) {
    problems.push({
      severity: "warning",
      happened:
        `The folder is kept in sync by ${cloud}, which can lock or mix up the database.`,
      remedy: "Move the MediaParser folder out of it.",
    });
  }
  if (!isLoopback(facts.host)) {
    problems.push({
      severity: "warning",
      happened:
        `With --host ${facts.host}, everybody in your network can open MediaParser, without a password.`,
      remedy: "Use it in networks you trust only, or leave --host out.",
    });
  }
  const order = { error: 0, warning: 1 };
  return problems.sort((a, b) => order[a.severity] - order[b.severity]);
}
