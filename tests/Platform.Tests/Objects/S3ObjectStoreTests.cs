using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using Akashi.Platform.Objects;
using Akashi.TestKit.S3;
using Amazon.Runtime;
using Amazon.S3;
using Xunit;

namespace Akashi.Platform.Tests.Objects;

/// <summary>One S3 server for the class.</summary>
public sealed class S3PeerFixture : IAsyncLifetime
{
    public S3Peer? Peer { get; private set; }

    public async ValueTask InitializeAsync() => Peer = S3Peer.WhySkipped is null ? await S3Peer.StartAsync() : null;

    public ValueTask DisposeAsync() => Peer?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class S3ObjectStoreTests(S3PeerFixture fixture) : ObjectStoreContract, IClassFixture<S3PeerFixture>, IDisposable
{
    private readonly List<S3ObjectStore> _stores = [];
    private readonly Wire _wire = new();

    public void Dispose() => _stores.ForEach(store => store.Dispose());

    protected override IObjectStore Store => Open();

    /// <summary>s3rver ignores If-None-Match on writes.</summary>
    protected override bool DecidesBetweenWriters => false;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private S3ObjectStore Open()
    {
        Assert.SkipWhen(fixture.Peer is null, S3Peer.WhySkipped ?? "");
        if (_stores.Count == 0) _stores.Add(new S3ObjectStore(fixture.Peer!.Options, new WireFactory(_wire)));
        return _stores[0];
    }

    [Fact]
    public async Task Write_Large_GoesInPartsEachWithItsChecksum()
    {
        var content = RandomNumberGenerator.GetBytes(11 << 20);
        "AKOB"u8.CopyTo(content);
        await Open().WriteAsync(new ObjectKey("parts/large"), content, Cancellation);
        var parts = _wire.Requests.Where(request => request.Query.Contains("partNumber=", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, parts.Count);
        Assert.All(parts, part => Assert.Equal(part.BodyDigest, part.Checksum));
    }

    [Fact]
    public async Task Write_Small_CarriesItsChecksumAndTheConditionThatNothingIsThere()
    {
        await Open().WriteAsync(new ObjectKey("parts/small"), "AKOB small"u8.ToArray(), Cancellation);
        var put = Assert.Single(_wire.Requests, request => request.Method == "PUT");
        Assert.Equal(put.BodyDigest, put.Checksum);
        Assert.Equal("*", put.Condition);
    }

    [Fact]
    public async Task Write_ServiceFailsForAWhile_IsRepeated()
    {
        _wire.FailNext = 2;
        await Open().WriteAsync(new ObjectKey("retry/small"), "AKOB again"u8.ToArray(), Cancellation);
        Assert.Equal("AKOB again"u8.ToArray(), await Open().ReadAsync(new ObjectKey("retry/small"), Cancellation));
        Assert.Equal(0, _wire.FailNext);
    }

    [Fact]
    public async Task Write_ServiceStaysAway_FailsAndShowsNothing()
    {
        Open();
        _wire.FailNext = 1000;
        using var impatient = new S3ObjectStore(fixture.Peer!.Options, new WireFactory(_wire), retries: 1);
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => impatient.WriteAsync(new ObjectKey("retry/never"), "AKOB"u8.ToArray(), Cancellation));
        _wire.FailNext = 0;
        await Assert.ThrowsAsync<FileNotFoundException>(() => Open().ReadAsync(new ObjectKey("retry/never"), Cancellation));
    }

    [Fact]
    public async Task Read_BodyThatStopsComing_EndsWithATimeoutAndNotAsIfSomebodyHadCancelled()
    {
        Open();
        _wire.Stalls = true;
        using var impatient = new S3ObjectStore(fixture.Peer!.Options, new WireFactory(_wire)) { BodyPatience = TimeSpan.FromMilliseconds(200) };
        await Assert.ThrowsAsync<TimeoutException>(() => impatient.ReadAsync(new ObjectKey("stalled/object"), Cancellation));
    }

    [Fact]
    public void Validate_Credentials_AreNeverInTheText()
    {
        var options = new ObjectStoreOptions { Kind = "s3", Endpoint = "http://s3.example", Bucket = "b", CredentialsFile = "/nonexistent/credentials.json", PartBytes = 1 };
        var faults = options.Validate("objects").ToList();
        Assert.Equal(4, faults.Count);
        Assert.DoesNotContain("SECRET", options.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Validate_CredentialsOthersCanRead_AreRefused()
    {
        Assert.SkipWhen(fixture.Peer is null, S3Peer.WhySkipped ?? "");
        var options = fixture.Peer!.Options;
        Assert.Empty(options.Validate("objects"));
        File.SetUnixFileMode(options.CredentialsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        try
        {
            Assert.Contains("chmod 600", Assert.Single(options.Validate("objects")), StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(options.CredentialsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private sealed record Request(string Method, string Query, string? Checksum, string? Condition, string BodyDigest);

    [Fact]
    public async Task Sweep_ServiceWithoutAListOfUploads_SaysSoAndHidesNoOtherFault()
    {
        Assert.Null(await Open().SweepAsync(DateTimeOffset.MaxValue, Cancellation)); // s3rver
        _wire.FailNext = 1000;
        using var impatient = new S3ObjectStore(fixture.Peer!.Options, new WireFactory(_wire), retries: 1);
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => impatient.SweepAsync(DateTimeOffset.MaxValue, Cancellation));
    }

    [Fact]
    public async Task Sweep_ServiceWithAListOfUploads_AbortsTheOldOnesOnEveryPage()
    {
        var begun = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        _wire.Answer = request => request.Method == "DELETE" ? "" : Uploads(second: request.Query.Contains("key-marker=a", StringComparison.Ordinal));
        Assert.Equal(2, await Open().SweepAsync(begun.AddHours(1), Cancellation));
        Assert.Equal(["one", "three"], _wire.Requests.Where(request => request.Method == "DELETE").Select(request => request.Query.Split("uploadId=")[1]));

        static string Upload(string key, string id, string begun) => $"<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{begun}</Initiated></Upload>";
        static string Uploads(bool second) => $"""
            <?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{(second
                ? Upload("b", "three", "2026-11-20T00:00:00.000Z") + "<IsTruncated>false</IsTruncated>"
                : Upload("a", "one", "2026-11-20T00:00:00.000Z") + Upload("a", "two", "2026-11-20T02:00:00.000Z") + "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>two</NextUploadIdMarker>")}</ListMultipartUploadsResult>
            """;
    }

    /// <summary>Looks at what goes over the wire, and answers 503 in the service's place when told to.</summary>
    private sealed class Wire() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _failNext;

        public ConcurrentQueue<Request> Requests { get; } = [];

        /// <summary>Answers in the service's place; null lets the request through.</summary>
        public Func<Request, string?>? Answer { get; set; }

        /// <summary>The head of an answer comes, its body never.</summary>
        public bool Stalls { get; set; }

        public int FailNext
        {
            get => _failNext;
            set => _failNext = value;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            var seen = new Request(request.Method.Method, request.RequestUri!.Query, Header("x-amz-checksum-sha256"), Header("If-None-Match"), Convert.ToBase64String(SHA256.HashData(body)));
            Requests.Enqueue(seen);
            if (Answer?.Invoke(seen) is { } answer) return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer), RequestMessage = request };
            if (Stalls) return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Pipe().Reader.AsStream()), RequestMessage = request };
            if (_failNext <= 0) return await base.SendAsync(request, cancellationToken);
            _failNext--;
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("<Error><Code>SlowDown</Code></Error>"), RequestMessage = request };

            string? Header(string name) => request.Headers.TryGetValues(name, out var values) ? values.Single() : null;
        }
    }

    private sealed class WireFactory(Wire wire) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(wire, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
