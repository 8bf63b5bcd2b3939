namespace Akashi.Platform.Hosting;

/// <summary>One part of <c>akashi verify</c>: reads evidence back and proves it against its signatures.</summary>
public interface IArchiveCheck
{
    /// <summary>Writes one line a finding to <paramref name="report"/>.</summary>
    /// <returns>True when everything is sound.</returns>
    Task<bool> VerifyAsync(TextWriter report, CancellationToken cancellation);
}
