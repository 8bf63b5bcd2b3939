namespace Akashi.Supervisor;

/// <summary>At most one supervisor a data folder. The system releases the lock when its holder dies, however it dies.</summary>
internal sealed class InstanceLock : IDisposable
{
    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    public static InstanceLock? TryTake(DataFolder data)
    {
        try
        {
            return new InstanceLock(new FileStream(data.LockFile, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>True while a supervisor of this folder runs.</summary>
    public static bool IsHeld(DataFolder data)
    {
        if (!File.Exists(data.LockFile)) return false;
        using var taken = TryTake(data);
        return taken is null;
    }

    public void Dispose() => _file.Dispose();
}
