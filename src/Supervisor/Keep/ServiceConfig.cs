using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Durability;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;

namespace Akashi.Supervisor.Keep;

/// <summary>The part of <c>config.json</c> that the supervisor knows; everything else in the file is kept as it is.</summary>
internal sealed class ServiceConfig
{
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true };
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly JsonObject _content;

    private ServiceConfig(JsonObject content) => _content = content;

    public static ServiceConfig Default => new([]);

    public int Port => Number("port") ?? new ServerOptions().Port;

    public string BaseDomain => Text("baseDomain") ?? new ServerOptions().BaseDomain;

    public ServiceHosts Hosts => new(BaseDomain, Port);

    public bool Production => Switch("production");

    public bool AllowUnencryptedVolume => Switch("allowUnencryptedVolume");

    /// <summary>Parent of the host names, from which the agent makes its own.</summary>
    public string ServiceAddress => $"https://{BaseDomain}:{Port}";

    /// <summary>An address of this machine on which the server listens: loopback unless the settings leave it out.</summary>
    public IPAddress LocalAddress
    {
        get
        {
            var addresses = Listen.Select(text => IPAddress.TryParse(text, out var address) ? address : IPAddress.None).ToList();
            if (addresses.Contains(IPAddress.Loopback) || addresses.Contains(IPAddress.Any) || addresses.Contains(IPAddress.IPv6Any)) return IPAddress.Loopback;
            return addresses.FirstOrDefault() ?? IPAddress.Loopback;
        }
    }

    public IReadOnlyList<string> Listen =>
        _content["listen"] is JsonArray array ? [.. array.Select(node => node?.ToString() ?? "")] : new ServerOptions().Listen;

    /// <exception cref="InvalidOperationException">The file is no JSON object; the message says which file.</exception>
    public static ServiceConfig Read(DataFolder data)
    {
        if (!File.Exists(data.ConfigFile)) return Default;
        try
        {
            var content = JsonNode.Parse(File.ReadAllText(data.ConfigFile), documentOptions: Lenient) as JsonObject;
            return new ServiceConfig(content ?? throw new JsonException("It is no object."));
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"'{data.ConfigFile}' cannot be read: {e.Message} Mend it, or remove it to start with the defaults.", e);
        }
    }

    /// <param name="port">Null keeps the port of the file.</param>
    public ServiceConfig With(int? port)
    {
        var content = _content.DeepClone().AsObject();
        content["port"] = port ?? Port;
        content["baseDomain"] = BaseDomain;
        return new ServiceConfig(content);
    }

    /// <summary>Every fault at once.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Port is < 1 or > 65535) faults.Add($"port: {Port} is not between 1 and 65535. Use for example --port 8443.");
        if (Uri.CheckHostName(BaseDomain) != UriHostNameType.Dns) faults.Add($"baseDomain: '{BaseDomain}' is not a domain name.");
        return faults;
    }

    /// <param name="programs">The service's own programs, which the agent on this machine leaves out of its records.</param>
    public void Write(DataFolder data, string ownerConnection, string applicationConnection, string operatorConnection, IEnumerable<string> programs)
    {
        _content["localPrograms"] = new JsonArray([.. programs.Select(program => (JsonNode)program)]);
        _content["ownerConnection"] = ownerConnection;
        _content["applicationConnection"] = applicationConnection;
        _content["operatorConnection"] = operatorConnection;
        var text = JsonSerializer.SerializeToUtf8Bytes(_content, Form);
        // Written only when it changes, so that a full disk does not stop a restart.
        if (!File.Exists(data.ConfigFile) || !File.ReadAllBytes(data.ConfigFile).AsSpan().SequenceEqual(text)) DurableFile.Write(data.ConfigFile, text);
    }

    private int? Number(string name) => _content[name] is JsonValue value && int.TryParse(value.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Switch(string name) => bool.TryParse(_content[name]?.ToString(), out var on) && on;

    private string? Text(string name) => _content[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
