using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Search;

/// <summary>Open readers of the live segments of a time range.</summary>
internal sealed class SegmentReaders(SegmentCatalogue catalogue, SegmentFolder folder) : IDisposable
{
    private const int Attempts = 3;

    private readonly SegmentCache _cache = new();

    /// <summary>For a question. A segment that was merged and removed since the catalogue was read is looked up again, with its successor.</summary>
    public async Task<SegmentLease> OpenAsync(TenantId tenant, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var live = await catalogue.ListingAsync(tenant, cancellation);
            try
            {
                return Use(tenant, live.Where(segment => !(segment.MaxTime < from) && !(segment.MinTime >= to)), asked: true);
            }
            catch (FileNotFoundException) when (attempt < Attempts)
            {
                catalogue.Changed(tenant);
            }
        }
    }

    /// <param name="asked">Whether questions are to be answered from them, now and later.</param>
    public SegmentLease Use(TenantId tenant, IEnumerable<SegmentInfo> live, bool asked = false)
    {
        var lease = new SegmentLease();
        try
        {
            foreach (var segment in live) lease.Add(_cache.Get(tenant, segment.Id, folder.PathOf(tenant, segment.FileName), id => folder.KeyOf(tenant, id), asked));
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public void Forget(Guid segment) => _cache.Remove(segment);

    public void Dispose() => _cache.Dispose();
}

/// <summary>Keeps segments open for one question.</summary>
internal sealed class SegmentLease : IDisposable
{
    private readonly List<SegmentReader.Use> _uses = [];

    public IReadOnlyList<SegmentReader> Readers => _uses.ConvertAll(use => use.Reader);

    public void Add(SegmentReader.Use use) => _uses.Add(use);

    public void Dispose()
    {
        foreach (var use in _uses) use.Dispose();
        _uses.Clear();
    }
}
