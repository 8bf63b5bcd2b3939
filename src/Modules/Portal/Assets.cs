using System.Collections.Frozen;
using System.Globalization;
using System.IO.Compression;
using Akashi.Platform.Crypto;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Portal;

internal sealed record NothingHere(string Path) : Failure("not-found", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"「{Quoted.Of(Path, 100)}」は見つかりません。アドレスを確かめるか、ホームからお進みください。";
    public override string English => $"'{Quoted.Of(Path, 100)}' was not found. Check the address, or start from the home page.";
}

/// <summary>
/// Styles and scripts, embedded in the assembly. Their addresses carry their content's hash, so browsers keep them for good and a
/// new version has a new address.
/// </summary>
internal sealed class Assets
{
    private const string Prefix = "Akashi.Portal.wwwroot.";
    private const int HashLength = 16;

    private readonly FrozenDictionary<string, Asset> _byAddress;
    private readonly FrozenDictionary<string, string> _addresses;

    public Assets()
    {
        var assets = typeof(Assets).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(Read).ToList();
        _byAddress = assets.ToFrozenDictionary(asset => asset.File, StringComparer.Ordinal);
        _addresses = assets.ToFrozenDictionary(asset => asset.Name, asset => "/assets/" + asset.File, StringComparer.Ordinal);
    }

    /// <param name="name">For example <c>akashi.css</c>.</param>
    public string AddressOf(string name) => _addresses[name];

    internal IResult Get(HttpContext context, string file)
    {
        if (!_byAddress.TryGetValue(file, out var asset)) return new NothingHere(file).ToProblem();
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = "Accept-Encoding";
        headers.ETag = asset.Tag;
        if (context.Request.Headers.IfNoneMatch == asset.Tag) return Results.StatusCode(StatusCodes.Status304NotModified);
        var compressed = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        if (compressed) headers.ContentEncoding = "br";
        return Results.Bytes(compressed ? asset.Brotli : asset.Plain, asset.Type);
    }

    private static Asset Read(string resource)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(resource)!;
        var plain = new byte[stream.Length];
        stream.ReadExactly(plain);
        var name = resource[Prefix.Length..];
        var hash = Sha256.Of(plain).ToString()[..HashLength];
        var file = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}");
        return new Asset(name, file, $"\"{hash}\"", TypeOf(name), plain, Compress(plain));
    }

    private static byte[] Compress(byte[] plain)
    {
        using var buffer = new MemoryStream();
        using (var brotli = new BrotliStream(buffer, CompressionLevel.Optimal)) brotli.Write(plain);
        return buffer.ToArray();
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"'{name}': no content type is known for '{other}'."),
    };

    private sealed record Asset(string Name, string File, string Tag, string Type, byte[] Plain, byte[] Brotli);
}
