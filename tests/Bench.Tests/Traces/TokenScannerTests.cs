using System.Text;
using Akashi.Bench.Traces.Rows;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Tests.Traces;

public class TokenScannerTests
{
    [Theory]
    [InlineData("evt=ps lv=5 evtID=4688 fileVer=\"10.0.18362.959\" company=\"Pedro 12345678\"", "")]
    [InlineData("com=\"PEDRO01\" usr=\"IT01-Pedro\"", "Name PEDRO01, Name IT01-Pedro")]
    [InlineData("usr=\"PEDRO01$\" psUser=\"SYSTEM\"", "Name PEDRO01")]
    [InlineData("path=\"C:\\Users\\it01-pedro\\x\"", "Name it01-pedro")]
    [InlineData("tmid=7fcf34af-9a20-52c8-b375-d3648fedc87a csid=S-1-5-21-16585-18662-21028", "TerminalId 7fcf34af-9a20-52c8-b375-d3648fedc87a, Sid 16585-18662-21028")]
    [InlineData("ip=10.93.51.104,127.0.0.1 mac=00-15-5D-7F-BF-26", "AddressFour 10.93.51.104, Mac 00-15-5D-7F-BF-26")]
    [InlineData("dstIP=0:0:0:0:0:0:0:1 srcIP=fe80:0:0:0:3b31:a8fa:5adc:7b9e", "AddressSix fe80:0:0:0:3b31:a8fa:5adc:7b9e")]
    [InlineData("psGUID={39e4a257-f7a9-5f87-bc00-000000000400} psID=3372", "Guid 39e4a257-f7a9-5f87-bc00-000000000400, Number 3372")]
    [InlineData("sha256=e1aed0c7a22b22d9b7e83cce1b59bb6c4eab4831aafdd955b6f67839f95764b3", "Hash e1aed0c7a22b22d9b7e83cce1b59bb6c4eab4831aafdd955b6f67839f95764b3")]
    [InlineData("evtMsg=\"Process ID: 0x16dc Port: 54864 at 2020-10-19 04:28:31.801, version 6.1.7601.2\"", "HexNumber 16dc, Number 54864")]
    [InlineData("evtMsg=\"from 172.18.39.5 to 0.0.0.0 Win32 x64 1234\"", "AddressFour 172.18.39.5, Number 1234")]
    [InlineData("path=\"C:\\Windows\\Temp\\__PSScriptPolicyTest_t5w011sj.aq5.psm1\"", "TempName t5w011sj")]
    [InlineData("path=\"C:\\Temp\\swetvsln\\swetvsln.dll\"", "TempName swetvsln")]
    [InlineData("path=\"C:\\W\\CALC.EXE-77FDF17F.pf\" entry=\"deadbeef\"", "Hex 77FDF17F")]
    [InlineData("path=\"HKU\\S-1-5-21-3940-64593676-1414006259-500\\x\" valStr=\"S-1-5-18\"", "Sid 3940-64593676-1414006259-500")]
    [InlineData("cmd=\"a \"\"9f86d081884c7d65\"\" b\"", "Hex 9f86d081884c7d65")]
    public void Scan_Line_FindsTokens(string fields, string expected)
    {
        var line = Encoding.UTF8.GetBytes("02/01/2026 13:20:00.500 +0900 " + fields);
        var parsed = new ParsedLine();
        Assert.Equal(LineFlags.None, LineParser.Parse(line, parsed));
        var found = new List<string>();
        new TokenScanner(new HashSet<string> { "PEDRO01", "IT01-Pedro" }).Scan(line, parsed, (token, _) => found.Add($"{token.Kind} {Encoding.UTF8.GetString(line, token.Start, token.Length)}"));
        Assert.Equal(expected, string.Join(", ", found));
    }
}
