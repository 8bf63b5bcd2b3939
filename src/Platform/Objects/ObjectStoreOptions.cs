using System.Text.Json;

namespace Akashi.Platform.Objects;

/// <summary>Where objects are kept: the section <c>objects</c> of the settings, and <c>backup.second</c> for a second place of backups.</summary>
public sealed record ObjectStoreOptions
{
    public const string FileKind = "file";
    public const string S3Kind = "s3";

    private const string AccessKeyVariable = "AKASHI_S3_ACCESS_KEY";
    private const string SecretKeyVariable = "AKASHI_S3_SECRET_KEY";
    private const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary><c>file</c> (default: a folder of this machine, one node) or <c>s3</c>.</summary>
    public string Kind { get; init; } = FileKind;

    /// <summary>Folder of the file kind; empty means the usual one below the data folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Address of the S3 service, for example <c>https://s3.ap-northeast-1.amazonaws.com</c>.</summary>
    public string Endpoint { get; init; } = "";

    public string Bucket { get; init; } = "";

    /// <summary>Name that requests are signed for; Tokyo by default.</summary>
    public string Region { get; init; } = "ap-northeast-1";

    /// <summary>True puts the bucket into the path instead of the host name, as most services other than Amazon's want it.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>JSON file (0600) with <c>accessKey</c> and <c>secretKey</c>; empty reads the environment's AKASHI_S3_ACCESS_KEY and AKASHI_S3_SECRET_KEY.</summary>
    public string CredentialsFile { get; init; } = "";

    /// <summary>Content above this many bytes is sent in parts of this size; 5 MiB (S3's least) to 1 GiB, 16 MiB by default.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    public IEnumerable<string> Validate(string section)
    {
        if (Kind is not (FileKind or S3Kind)) yield return $"{section}.kind: '{Kind}' is neither file nor s3.";
        if (Folder.Length > 0 && !Path.IsPathFullyQualified(Folder)) yield return $"{section}.folder: '{Folder}' is not an absolute folder.";
        if (Kind != S3Kind) yield break;
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("https" or "http")) yield return $"{section}.endpoint: '{Endpoint}' is not an https address.";
        else if (endpoint.Scheme == "http" && !endpoint.IsLoopback) yield return $"{section}.endpoint: '{Endpoint}' is not encrypted; http is for this machine only.";
        if (Bucket.Length is < 3 or > 63) yield return $"{section}.bucket: '{Bucket}' is no bucket name.";
        if (PartBytes is < (5 << 20) or > (1 << 30)) yield return $"{section}.partBytes: {PartBytes} is not between 5 MiB and 1 GiB.";
        if (CredentialsFile.Length > 0 && !File.Exists(CredentialsFile)) yield return $"{section}.credentialsFile: '{CredentialsFile}' is missing.";
        else if (CredentialsFile.Length > 0 && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(CredentialsFile) & Others) != 0) yield return $"{section}.credentialsFile: '{CredentialsFile}' can be read by others. Run: chmod 600 '{CredentialsFile}'";
    }

    public IObjectStore Open(string folder) => Kind == S3Kind ? new S3ObjectStore(this) : new FileObjectStore(Folder.Length > 0 ? Folder : folder);

    /// <exception cref="InvalidOperationException">There are none; the message says where they belong, and quotes none.</exception>
    internal (string AccessKey, string SecretKey) ReadCredentials()
    {
        if (CredentialsFile.Length == 0)
        {
            return (Environment.GetEnvironmentVariable(AccessKeyVariable), Environment.GetEnvironmentVariable(SecretKeyVariable)) is ({ Length: > 0 } access, { Length: > 0 } secret)
                ? (access, secret)
                : throw new InvalidOperationException($"The S3 object store needs {AccessKeyVariable} and {SecretKeyVariable} in the environment, or objects.credentialsFile.");
        }
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(CredentialsFile));
            return (document.RootElement.GetProperty("accessKey").GetString() ?? "", document.RootElement.GetProperty("secretKey").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidOperationException($"'{CredentialsFile}' is no JSON object with accessKey and secretKey.", e);
        }
    }
}
