using System.Globalization;
using Akashi.Platform.Hosting;
using Akashi.Supervisor;
using Akashi.Supervisor.Keep;

namespace Akashi.Cli.Doctor;

/// <summary>Space, encryption of the volume, and who may read the keys.</summary>
internal static class StorageChecks
{
    private const long Gigabyte = 1L << 30;
    private const long Scarce = 10 * Gigabyte;
    private const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public static IReadOnlyList<Finding> Run(DataFolder data, ServiceConfig config)
    {
        var existing = data.Path;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        var findings = new List<Finding> { Space(existing), Encryption(existing, config) };
        var keys = Path.Combine(data.Path, "keys");
        if (Directory.Exists(keys)) findings.Add(Keys(keys));
        return findings;
    }

    private static Finding Space(string folder)
    {
        var subject = Words.Say("Disk", "ディスク");
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{(double)free / Gigabyte:0.0} GB ") + Words.Say($"free for {folder}", $"空き ({folder})");
        var advice = Words.Say("Without space new traces wait on the terminals. Enlarge the volume, or move the data folder to a larger one.", "空きがなくなると、新しい証跡ログは端末で待ちます。ボリュームを拡張するか、データフォルダーを大きな場所へ移してください。");
        return free < Gigabyte ? Finding.Fail(subject, detail, advice) : free < Scarce ? Finding.Warn(subject, detail, advice) : Finding.Ok(subject, detail);
    }

    private static Finding Encryption(string folder, ServiceConfig config)
    {
        var subject = Words.Say("Encrypted volume", "ボリュームの暗号化");
        if (Volume.IsEncrypted(folder)) return Finding.Ok(subject, Words.Say("dm-crypt", "dm-crypt で暗号化されています"));
        var detail = Words.Say("the database would be readable on a stolen disk", "ディスクが盗まれるとデータベースを読まれます");
        var advice = Words.Say("See docs/runbooks/encrypted-volume.md. A production start refuses without one.", "docs/runbooks/encrypted-volume.md を参照してください。本番起動は暗号化なしでは拒否されます。");
        return config.Production && !config.AllowUnencryptedVolume ? Finding.Fail(subject, detail, advice) : Finding.Warn(subject, detail, advice);
    }

    private static Finding Keys(string keys)
    {
        var subject = Words.Say("Key store", "鍵");
        return (File.GetUnixFileMode(keys) & Others) == 0
            ? Finding.Ok(subject, Words.Say("its owner alone may read it", "所有者だけが読めます"))
            : Finding.Fail(subject, Words.Say($"others may read {keys}", $"{keys} を他人が読めます"), $"chmod -R go= '{keys}'");
    }
}
