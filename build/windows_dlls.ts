/**
 * The DLLs that Windows itself brings, from Windows 10 1809 on, in every edition.
 *
 * The Visual C++ runtime (`vcruntime140.dll`, `vcruntime140_1.dll`,
 * `msvcp140.dll`, `concrt140.dll`, `vcomp140.dll`) is not among them: many
 * machines have it from some other program, and a fresh one does not. Media
 * Foundation (`mfplat.dll` and its kin) is missing from the N editions.
 *
 * @module
 */

/** Names without `.dll` where that is the extension, in lower case. */
const names = new Set(
  `advapi32 authz avicap32 avrt bcrypt bcryptprimitives cabinet cfgmgr32 clbcatq combase comctl32 comdlg32
  credui crypt32 cryptbase cryptnet cryptsp cryptui d2d1 d3d11 d3d9 d3d10 d3d12 dbghelp dcomp devobj dhcpcsvc
  dnsapi dsound dwmapi dwrite dxgi dxva2 fltlib fwpuclnt gdi32 gdi32full gdiplus glu32 hid imagehlp imm32
  iphlpapi kernel32 kernelbase ksuser logoncli mpr msacm32 msasn1 mscms msi msimg32 msvcrt msvfw32 mswsock
  ncrypt netapi32 netutils newdev normaliz ntdll ntdsapi odbc32 ole32 oleacc oleaut32 opengl32 pdh powrprof
  profapi propsys psapi rasapi32 rpcrt4 rstrtmgr samcli sechost secur32 setupapi shcore shell32 shlwapi srvcli
  sspicli tdh ucrtbase urlmon user32 userenv usp10 uxtheme version virtdisk wer wevtapi windowscodecs winhttp
  wininet winmm winscard wintrust wkscli wldap32 ws2_32 wsock32 wtsapi32 xinput1_4 xmllite winspool.drv`
    .split(/\s+/)
    .map((name) => name.includes(".") ? name : `${name}.dll`),
);

/**
 * Whether a DLL comes with Windows.
 *
 * @param name The name as an import table holds it; the case does not matter.
 */
export function isWindowsOwn(name: string): boolean {
  const lower = name.toLowerCase();
  return names.has(lower) || /^(?:api|ext)-ms-win-[a-z0-9-]+\.dll$/.test(lower);
}
