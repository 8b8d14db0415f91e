/** Of the page; no file beside it is needed. */
export const STYLE = `
:root{color-scheme:light;--ink:#1f2933;--quiet:#616e7c;--line:#e4e7eb;--accent:#0072b2}
*{box-sizing:border-box}
body{font:15px/1.55 system-ui,Helvetica,Arial,sans-serif;color:var(--ink);margin:0;background:#f5f7fa}
main{max-width:1180px;margin:0 auto;padding:0 16px 64px}
header{background:#102a43;color:#fff;padding:36px 16px 28px}header>div{max-width:1148px;margin:0 auto}
h1{font-size:30px;line-height:1.2;margin:0 0 8px}header p{margin:0;color:#bcccdc;max-width:75ch}
.key{position:sticky;top:0;z-index:2;background:#fffffff2;border-bottom:1px solid var(--line)}
.key>div{max-width:1180px;margin:0 auto;padding:8px 16px;display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px}
.key span{white-space:nowrap}.key i{display:inline-block;width:20px;height:0;border-top:3px solid;vertical-align:middle;margin-right:6px}
h2{font-size:23px;margin:44px 0 4px}h3{font-size:18px;margin:32px 0 4px}
p{max-width:80ch;margin:4px 0 12px}
nav{display:flex;flex-wrap:wrap;gap:6px 18px;margin:18px 0 0}nav a{color:#9fc9ee;text-decoration:none}nav a:hover{text-decoration:underline}
figure{margin:0 0 16px;background:#fff;border:1px solid var(--line);border-radius:8px;padding:12px 14px}
figcaption{font-size:13px;color:var(--quiet);margin-bottom:6px}figcaption b{display:block;color:var(--ink);font-size:14px}
.drawing{overflow-x:auto}.drawing svg{display:block;max-width:100%;height:auto}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:16px;align-items:start}.grid figure{margin:0}
.grid{margin-bottom:16px}
table{border-collapse:collapse;background:#fff;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:5px 10px;border-bottom:1px solid var(--line);vertical-align:top}thead th{color:var(--quiet);font-weight:600;font-size:13px}
td small{color:var(--quiet)}tr.less td{color:var(--quiet);border-bottom:2px solid var(--line)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px;margin:8px 0 16px}
.glance td{text-align:center;font-size:16px}.glance td small{display:block;font-size:12px}.glance th[scope]{white-space:nowrap}.glance thead th{text-align:center}
.glance i{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:8px}.glance .best{font-weight:700}.glance small{font-weight:400;white-space:nowrap}
.narrow{width:auto;min-width:420px}.bar{display:block;height:5px;border-radius:3px;margin-top:3px;min-width:2px}
details{margin:8px 0 16px}summary{cursor:pointer;color:var(--accent);padding:6px 0}
@media(max-width:640px){h1{font-size:24px}.wide .drawing svg{max-width:none}.key{position:static}.glance td{font-size:14px}}
@media print{.key{position:static}body{background:#fff}}
`;
