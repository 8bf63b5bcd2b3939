namespace Akashi.Traces.Query;

/// <summary>The fields that the format of traces names, the most wanted first. Terminals may send any other.</summary>
internal static class KnownFields
{
    public static readonly IReadOnlyList<string> All =
    [
        "evt", "subEvt", "com", "psPath", "cmd", "psUser", "path", "dstIP", "dstPort", "dstHost", "url", "sha256", "usr", "parentPath", "shCmd", "domain", "psDomain", "ip", "mac",
        "srcIP", "srcPort", "psID", "psGUID", "parentGUID", "tpsPath", "tpsGUID", "api", "md5", "sha1", "size", "company", "copyright", "product", "productVer", "fileDesc", "fileVer",
        "sig", "signer", "issuer", "crTime", "acTime", "moTime", "sTime", "read", "write", "hide", "new", "drvType", "entry", "valType", "valStr", "valNum", "valSize",
        "winTitle", "clipData", "document", "printer", "pages", "url_hostname", "port", "recv", "send", "decode", "cmdType", "channel", "evtID", "evtSrc", "evtMsg", "evtUsr", "evtDomain",
        "evtRecID", "evtLogonID", "wsName", "wsIp", "wsPort", "sessionID", "usrDomain", "srcCom", "rcCom", "rcIP", "cliCom", "cliUsr", "profile", "os", "tmid", "csid", "loc", "type", "sn", "lv", "rf",
    ];
}
