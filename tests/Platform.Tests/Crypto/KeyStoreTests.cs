using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Crypto;

public sealed class KeyStoreTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TenantId _tenant = TenantId.New(TimeProvider.System);

    private string Folder => Path.Combine(_folder.Path, "keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DeriveKey_SameInputs_IsStableAcrossReopenAndDiffersByEveryInput()
    {
        var keys = KeyStore.Open(Folder);
        keys.CreateTenantKeys(_tenant);
        var key = keys.DeriveKey(_tenant, TenantKeyKind.Data, "a", [1]);
        Assert.Equal(key, KeyStore.Open(Folder).DeriveKey(_tenant, TenantKeyKind.Data, "a", [1]));
        Assert.NotEqual(key, keys.DeriveKey(_tenant, TenantKeyKind.Log, "a", [1]));
        Assert.NotEqual(key, keys.DeriveKey(_tenant, TenantKeyKind.Data, "b", [1]));
        Assert.NotEqual(key, keys.DeriveKey(_tenant, TenantKeyKind.Data, "a", [2]));
        Assert.NotEqual(keys.DeriveKey(_tenant, TenantKeyKind.Data, "a", "bc"u8), keys.DeriveKey(_tenant, TenantKeyKind.Data, "ab", "c"u8));
    }

    [Fact]
    public void Open_NewStore_FilesAreForTheOwnerAlone()
    {
        KeyStore.Open(Folder).CreateTenantKeys(_tenant);
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    [Fact]
    public void DestroyDataKey_AKeyFile_IsOverwrittenWhereItLies()
    {
        var keys = KeyStore.Open(Folder);
        keys.CreateTenantKeys(_tenant);
        var file = Directory.EnumerateFiles(Folder, "*.sealed", SearchOption.AllDirectories).Single(file => file.Contains(_tenant.ToString(), StringComparison.Ordinal) && file.Contains("data", StringComparison.OrdinalIgnoreCase));
        var same = _folder.File("same"); // another name of the same blocks
        System.Diagnostics.Process.Start("ln", [file, same]).WaitForExit();
        Assert.Contains(File.ReadAllBytes(same), one => one != 0);
        keys.DestroyDataKey(_tenant);
        Assert.False(File.Exists(file));
        Assert.DoesNotContain(File.ReadAllBytes(same), one => one != 0);
    }

    [Fact]
    public void Open_MasterKeyReadableByOthers_IsRefusedWithTheRemedy()
    {
        KeyStore.Open(Folder);
        File.SetUnixFileMode(Path.Combine(Folder, "master.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var error = Assert.Throws<InvalidOperationException>(() => KeyStore.Open(Folder));
        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MasterKeyLostBesideWrappedKeys_IsRefused()
    {
        KeyStore.Open(Folder).CreateTenantKeys(_tenant);
        File.Delete(Path.Combine(Folder, "master.key"));
        Assert.Throws<InvalidOperationException>(() => KeyStore.Open(Folder));
    }

    [Fact]
    public void DeriveKey_WrappedKeyOfAnotherTenantPutInPlace_IsRefused()
    {
        var keys = KeyStore.Open(Folder);
        var other = TenantId.New(TimeProvider.System);
        keys.CreateTenantKeys(_tenant);
        keys.CreateTenantKeys(other);
        File.Copy(Path.Combine(Folder, "tenants", $"{other}.data.sealed"), Path.Combine(Folder, "tenants", $"{_tenant}.data.sealed"), overwrite: true);
        Assert.ThrowsAny<CryptographicException>(() => KeyStore.Open(Folder).DeriveKey(_tenant, TenantKeyKind.Data, "a", [1]));
    }

    [Fact]
    public void ReadServiceSecret_AfterWrite_ComesBackAndIsNotInTheClear()
    {
        var keys = KeyStore.Open(Folder);
        Assert.Null(keys.ReadServiceSecret("thing"));
        keys.WriteServiceSecret("thing", "very secret text"u8);
        Assert.Equal("very secret text"u8.ToArray(), KeyStore.Open(Folder).ReadServiceSecret("thing"));
        Assert.Equal(-1, File.ReadAllBytes(Path.Combine(Folder, "service", "thing.sealed")).AsSpan().IndexOf("secret"u8));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("Upper")]
    [InlineData("")]
    public void WriteServiceSecret_BadName_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => KeyStore.Open(Folder).WriteServiceSecret(name, [1]));
}
