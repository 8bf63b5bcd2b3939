using System.Globalization;
using Akashi.TestKit.Service;

namespace Akashi.TestKit;

/// <summary>A small ext4 file system in a file, mounted on a folder; for filling disks. Needs root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _filler;

    private SmallDisk(string folder) => (_folder, _filler) = (folder, Path.Combine(folder, "filler"));

    /// <summary>Bytes that are still free.</summary>
    public long Free => new DriveInfo(_folder).AvailableFreeSpace;

    /// <param name="image">File that holds the file system.</param>
    /// <param name="folder">Where it is mounted; made when absent.</param>
    /// <returns>Null when this machine mounts no loop devices.</returns>
    public static async Task<SmallDisk?> MountAsync(string image, string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        await ProgramRun.OutputOfAsync("truncate", "-s", string.Create(CultureInfo.InvariantCulture, $"{megabytes}M"), image);
        await ProgramRun.OutputOfAsync("/usr/sbin/mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image);
        var mount = await ProgramRun.OfAsync("mount", "-o", "loop", image, folder);
        return mount.Code == 0 ? new SmallDisk(folder) : null;
    }

    /// <summary>Leaves only so many bytes free.</summary>
    public void FillUpTo(long free)
    {
        using var filler = new FileStream(_filler, FileMode.Append);
        var block = new byte[64 * 1024];
        try
        {
            while (Free > free) filler.Write(block);
        }
        catch (IOException)
        {
            // Full to the last block, which is what was asked for.
        }
    }

    public void RemoveFiller() => File.Delete(_filler);

    public async ValueTask DisposeAsync()
    {
        var unmount = await ProgramRun.OfAsync("umount", _folder);
        // Something still closes its files there; a lazy unmount leaves nothing behind when it has.
        if (unmount.Code != 0) await ProgramRun.OfAsync("umount", "--lazy", _folder);
    }
}
