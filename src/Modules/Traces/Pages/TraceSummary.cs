using System.Collections.Frozen;
using Akashi.Traces.Search;

namespace Akashi.Traces.Pages;

/// <summary>The handful of fields that tell people what a trace is about, whatever its kind.</summary>
internal sealed record TraceSummary(string Computer, string Kind, string Process, string What, string User)
{
    // What was acted on, by kind of event; else the first of the general ones that the line has.
    private static readonly FrozenDictionary<string, string[]> WhatByEvent = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["ps"] = ["cmd", "psPath"],
        ["file"] = ["path", "url"],
        ["reg"] = ["path", "entry"],
        ["win"] = ["winTitle"],
        ["session"] = ["usr", "srcCom"],
        ["os"] = ["evtMsg", "evtID"],
        ["prt"] = ["document", "printer"],
        ["clip"] = ["clipData"],
        ["powerShell"] = ["shCmd"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] WhatOtherwise = ["path", "cmd", "url", "dstHost", "winTitle", "evtMsg"];

    public static TraceSummary Of(TraceRow row)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in row.Fields) fields.TryAdd(key, value);
        var (kind, detail) = (Get(fields, "evt"), Get(fields, "subEvt"));
        return new TraceSummary(
            First(fields, "com", "tmid") is { Length: > 0 } computer ? computer : row.Tmid,
            row.Unparsed ? "" : $"{kind} / {detail}",
            FileName(Get(fields, "psPath")),
            row.Unparsed ? row.Line : Target(kind, fields),
            First(fields, "psUser", "usr", "evtUsr"));
    }

    private static string Target(string kind, Dictionary<string, string> fields)
    {
        // An injection is about the process that was reached into, not the one that did it.
        if (kind == "ps" && Get(fields, "tpsPath") is { Length: > 0 } reached) return reached;
        if (kind == "net" && Destination(fields) is { Length: > 0 } destination) return destination;
        return First(fields, WhatByEvent.GetValueOrDefault(kind, WhatOtherwise)) is { Length: > 0 } what ? what : First(fields, WhatOtherwise);
    }

    private static string Destination(Dictionary<string, string> fields)
    {
        var host = First(fields, "url", "dstHost", "dstIP", "url_hostname");
        var port = Get(fields, "dstPort");
        return port.Length == 0 || fields.ContainsKey("url") ? host : host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
    }

    private static string Get(Dictionary<string, string> fields, string key) => fields.GetValueOrDefault(key, "");

    private static string First(Dictionary<string, string> fields, params string[] keys) =>
        keys.Select(key => Get(fields, key)).FirstOrDefault(value => value.Length > 0 && value != "-") ?? "";

    private static string FileName(string path) => path[(path.LastIndexOfAny(['\\', '/']) + 1)..];
}
