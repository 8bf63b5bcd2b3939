using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Akashi.Platform.Tests.Mail;

/// <summary>A mail read back as a mail program would: headers unfolded, encoded words decoded.</summary>
internal sealed partial class ReadMail
{
    private readonly List<(string Name, string Value)> _headers = [];

    public string Body { get; private set; } = "";

    public IReadOnlyList<string> Names => [.. _headers.Select(header => header.Name)];

    public string Text(string name) => Decode(_headers.Single(header => header.Name == name).Value);

    public static ReadMail Parse(byte[] bytes)
    {
        Assert.All(bytes, value => Assert.True(value is 10 or 13 or (>= 32 and < 127), $"byte {value}"));
        var whole = Encoding.ASCII.GetString(bytes);
        Assert.Equal(whole.Count(letter => letter == '\n'), whole.Split("\r\n").Length - 1); // no bare line feed
        Assert.Equal(whole.Count(letter => letter == '\r'), whole.Split("\r\n").Length - 1);
        var end = whole.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var mail = new ReadMail();
        foreach (var line in whole[..end].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n"))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            mail._headers.Add((line[..colon], line[(colon + 2)..]));
        }
        Assert.All(whole.Split("\r\n"), line => Assert.True(line.Length <= 330, line)); // an address alone may be long
        mail.Body = Encoding.UTF8.GetString(Convert.FromBase64String(whole[(end + 4)..]));
        return mail;
    }

    // White space between two encoded words does not count (RFC 2047 §6.2).
    private static string Decode(string value) =>
        EncodedWord().Replace(Between().Replace(value, "?=$1"), match => Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value)));

    [GeneratedRegex(@"=\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=", RegexOptions.None, 1000)]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?= (=\?)", RegexOptions.None, 1000)]
    private static partial Regex Between();
}
