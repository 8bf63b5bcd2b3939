using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <summary>Where backups go: the section <c>backup</c> of the settings.</summary>
public sealed record BackupOptions
{
    /// <summary>Folder on other equipment; empty means that no daily backup is made.</summary>
    public string To { get; init; } = "";

    /// <summary>Folder of the keys' copies, apart from <see cref="To"/>; by default that folder's name with <c>-keys</c>.</summary>
    public string KeysTo { get; init; } = "";

    /// <summary>File with the backup key (32 bytes, 0600), made by the first backup; by default <c>backup.key</c> in the data folder. Keep a copy apart from the backups.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>A second place, for example a bucket in another region; absent by default.</summary>
    public ObjectStoreOptions? Second { get; init; }

    /// <summary>How many generations stay; 1 to 400, 30 by default.</summary>
    public int Generations { get; init; } = 30;

    /// <summary>PostgreSQL connection that may replicate; empty uses the private PostgreSQL of the data folder.</summary>
    public string Connection { get; init; } = "";

    public IEnumerable<string> Validate()
    {
        foreach (var (name, folder) in new[] { ("to", To), ("keysTo", KeysTo), ("keyFile", KeyFile) })
            if (folder.Length > 0 && !Path.IsPathFullyQualified(folder)) yield return $"backup.{name}: '{folder}' is not an absolute path.";
        if (To.Length > 0 && KeyFile.StartsWith(To + "/", StringComparison.Ordinal)) yield return $"backup.keyFile: '{KeyFile}' lies among the backups that it opens. Keep it apart.";
        if (Generations is < 1 or > 400) yield return $"backup.generations: {Generations} is not between 1 and 400.";
        foreach (var fault in Second?.Validate("backup.second") ?? []) yield return fault;
        if (Second is { Kind: ObjectStoreOptions.FileKind, Folder.Length: 0 }) yield return "backup.second.folder is missing.";
    }

    public string KeysFolderFor(string to) => KeysTo.Length > 0 ? KeysTo : Path.TrimEndingDirectorySeparator(to) + "-keys";

    public string KeyFileIn(string data) => KeyFile.Length > 0 ? KeyFile : Path.Combine(data, "backup.key");
}

/// <summary>A backup or a restore cannot be done; the message says why and what to do.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
