namespace Akashi.Platform.Hosting;

/// <summary>What lies below a folder.</summary>
public static class Volume
{
    /// <summary>True when the file system of <paramref name="path"/> is on a dm-crypt device, at any depth of stacking (LVM over LUKS).</summary>
    public static bool IsEncrypted(string path)
    {
        var device = DeviceOf(Path.GetFullPath(path));
        return device is not null && IsEncryptedDevice(device, depth: 0);
    }

    /// <summary>"major:minor" of the mount that holds the path, from /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
    private static string? DeviceOf(string path)
    {
        string? device = null;
        var longest = -1;
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var fields = line.Split(' ');
            if (fields.Length < 5) continue;
            var mount = fields[4].Replace("\\040", " ", StringComparison.Ordinal);
            var inside = mount == "/" || path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal);
            if (inside && mount.Length >= longest) (device, longest) = (fields[2], mount.Length);
        }
        return device;
    }

    private static bool IsEncryptedDevice(string device, int depth)
    {
        const int maximumStack = 8;
        var folder = $"/sys/dev/block/{device}";
        if (depth > maximumStack || !Directory.Exists(folder)) return false;
        var mapped = Path.Combine(folder, "dm", "uuid");
        if (File.Exists(mapped) && File.ReadAllText(mapped).StartsWith("CRYPT-", StringComparison.Ordinal)) return true;
        var below = Path.Combine(folder, "slaves");
        if (!Directory.Exists(below)) return false;
        return Directory.EnumerateDirectories(below).Any(slave => IsEncryptedDevice(File.ReadAllText(Path.Combine(slave, "dev")).Trim(), depth + 1));
    }
}
