using Akashi.Platform.Crypto;

namespace Akashi.Platform.Health;

/// <summary>Whether the master key is still there: a running service has it in memory and would not notice before the next start.</summary>
internal sealed class KeyStoreHealth(KeyStore keys) : HealthCheck
{
    public override string Id => "platform.keys";
    public override string Japanese => "鍵の保管";
    public override string English => "Key store";

    public override Task<HealthResult> RunAsync(CancellationToken cancellation) => Task.FromResult(keys.IsIntact()
        ? HealthResult.Ok("マスター鍵を確認しました", "The master key is in place")
        : HealthResult.Failing(
            "マスター鍵のファイルがないか、変わったか、他人に読める状態です。再起動する前に控えから戻してください (権限は 600)。",
            "The file of the master key is missing, changed or readable by others. Restore it from its copy, mode 600, before any restart."));
}
