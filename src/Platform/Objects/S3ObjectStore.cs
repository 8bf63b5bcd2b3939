using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Akashi.Platform.Objects;

/// <summary>
/// Objects in a bucket of an S3 service. Every request is repeated with growing pauses before it counts as failed; every body carries
/// its SHA-256, which the service compares.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private const int Retries = 5;
    private static readonly TimeSpan RequestPatience = TimeSpan.FromMinutes(5);

    private readonly AmazonS3Client _client;
    private readonly ObjectStoreOptions _options;

    public S3ObjectStore(ObjectStoreOptions options)
        : this(options, null)
    {
    }

    /// <param name="factory">Makes the HTTP client; null uses the usual one.</param>
    internal S3ObjectStore(ObjectStoreOptions options, HttpClientFactory? factory, int retries = Retries)
    {
        _options = options;
        var (accessKey, secretKey) = options.ReadCredentials();
        var config = new AmazonS3Config
        {
            ServiceURL = options.Endpoint,
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            RetryMode = RequestRetryMode.Standard, // exponential backoff with jitter
            MaxErrorRetry = retries,
            Timeout = RequestPatience,
            // Other services than Amazon's do not know checksums that trail the body; we send ours in a header.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (factory is not null) config.HttpClientFactory = factory;
        _client = new AmazonS3Client(new BasicAWSCredentials(accessKey, secretKey), config);
    }

    public bool IsLocal => false;

    /// <summary>How long a whole object may take to arrive: the client's own patience ends with the head of the answer.</summary>
    internal TimeSpan BodyPatience { get; init; } = RequestPatience;

    public async Task WriteAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        SealedObject.RequireMark(content.Span);
        if (content.Length > _options.PartBytes)
        {
            using var stream = new MemoryStream(content.ToArray(), writable: false);
            await WriteAsync(key, stream, cancellation);
            return;
        }
        await RefuseExistingAsync(key, cancellation);
        await PutAsync(key, content.ToArray(), content.Length, cancellation);
    }

    public async Task WriteAsync(ObjectKey key, Stream content, CancellationToken cancellation)
    {
        await RefuseExistingAsync(key, cancellation);
        var buffer = new byte[_options.PartBytes];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        SealedObject.RequireMark(buffer.AsSpan(0, length));
        if (length < buffer.Length) await PutAsync(key, buffer, length, cancellation);
        else await PutPartsAsync(key, content, buffer, length, cancellation);
    }

    public async Task<byte[]> ReadAsync(ObjectKey key, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(BodyPatience);
        try
        {
            await using var stream = await OpenAsync(key, 0, null, limit.Token);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, limit.Token);
            return memory.ToArray();
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The object '{key}' did not arrive within {BodyPatience.TotalSeconds:F0} seconds.", e);
        }
    }

    public async Task<Stream> OpenAsync(ObjectKey key, long offset, long? length, CancellationToken cancellation)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key.ToString() };
        if (length == 0) return Stream.Null;
        if (offset > 0 || length is not null) request.ByteRange = length is { } bytes ? new ByteRange(offset, offset + bytes - 1) : new ByteRange($"bytes={offset}-");
        try
        {
            return (await _client.GetObjectAsync(request, cancellation)).ResponseStream;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            throw new FileNotFoundException($"There is no object '{key}'.", key.ToString(), e);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return Stream.Null; // a file, too, has nothing to read past its end
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) => _client.DeleteObjectAsync(_options.Bucket, key.ToString(), cancellation);

    public async Task<IReadOnlyList<ObjectEntry>> ListAsync(ObjectKey? folder, ObjectKey? after, int limit, CancellationToken cancellation)
    {
        var answer = await _client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = folder is { } below ? below + "/" : null, StartAfter = after?.ToString(), MaxKeys = limit }, cancellation);
        return [.. (answer.S3Objects ?? []).Select(found => new ObjectEntry(
            new ObjectKey(found.Key), found.Size ?? 0, new DateTimeOffset((found.LastModified ?? DateTime.UnixEpoch).ToUniversalTime(), TimeSpan.Zero)))];
    }

    public async Task<int?> SweepAsync(DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        var left = 0;
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket };
        while (true)
        {
            ListMultipartUploadsResponse answer;
            try
            {
                answer = await _client.ListMultipartUploadsAsync(request, cancellation);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented)
            {
                return null; // small S3 services have no such list; every other fault is one
            }
            foreach (var upload in (answer.MultipartUploads ?? []).Where(upload => upload.Initiated < begunBefore.UtcDateTime))
            {
                if (await TryAbortAsync(upload, cancellation)) left++;
            }
            if (answer.IsTruncated != true) return left;
            (request.KeyMarker, request.UploadIdMarker) = (answer.NextKeyMarker, answer.NextUploadIdMarker);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>For services that ignore If-None-Match; the condition on the write itself decides between two at once.</summary>
    private async Task RefuseExistingAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            await _client.GetObjectMetadataAsync(_options.Bucket, key.ToString(), cancellation);
            throw new ObjectExistsException(key);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // free
        }
    }

    private async Task PutAsync(ObjectKey key, byte[] content, int length, CancellationToken cancellation)
    {
        using var body = new MemoryStream(content, 0, length, writable: false);
        try
        {
            await _client.PutObjectAsync(
                new PutObjectRequest { BucketName = _options.Bucket, Key = key.ToString(), InputStream = body, ChecksumSHA256 = Digest(content, length), UseChunkEncoding = false, IfNoneMatch = "*" }, cancellation);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            throw new ObjectExistsException(key);
        }
    }

    private async Task PutPartsAsync(ObjectKey key, Stream content, byte[] buffer, int length, CancellationToken cancellation)
    {
        var upload = (await _client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _options.Bucket, Key = key.ToString(), ChecksumAlgorithm = ChecksumAlgorithm.SHA256 }, cancellation)).UploadId;
        try
        {
            var parts = new List<PartETag>();
            while (length > 0)
            {
                parts.Add(await PutPartAsync(key, upload, parts.Count + 1, buffer, length, cancellation));
                length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            }
            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = key.ToString(), UploadId = upload, PartETags = parts, IfNoneMatch = "*" }, cancellation);
        }
        catch (Exception e)
        {
            // Parts that nobody completes are never visible, but are paid for.
            await AbortAsync(key, upload);
            if (e is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict }) throw new ObjectExistsException(key);
            throw;
        }
    }

    private async Task<PartETag> PutPartAsync(ObjectKey key, string upload, int number, byte[] content, int length, CancellationToken cancellation)
    {
        using var body = new MemoryStream(content, 0, length, writable: false);
        var digest = Digest(content, length);
        var answer = await _client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = _options.Bucket,
            Key = key.ToString(),
            UploadId = upload,
            PartNumber = number,
            InputStream = body,
            PartSize = length,
            ChecksumSHA256 = digest,
            UseChunkEncoding = false,
        }, cancellation);
        return new PartETag(number, answer.ETag) { ChecksumSHA256 = digest };
    }

    /// <returns>False when the upload ended since it was listed.</returns>
    private async Task<bool> TryAbortAsync(MultipartUpload upload, CancellationToken cancellation)
    {
        try
        {
            await _client.AbortMultipartUploadAsync(_options.Bucket, upload.Key, upload.UploadId, cancellation);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task AbortAsync(ObjectKey key, string upload)
    {
        try
        {
            await _client.AbortMultipartUploadAsync(_options.Bucket, key.ToString(), upload, CancellationToken.None);
        }
        catch (AmazonServiceException)
        {
            // SweepAsync removes it later
        }
    }

    private static string Digest(byte[] content, int length) => Convert.ToBase64String(SHA256.HashData(content.AsSpan(0, length)));
}
