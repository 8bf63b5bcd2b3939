using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Peers;

/// <summary>How ClickHouse keeps the columns: the quick form, and the small one.</summary>
/// <param name="Compression">Of the server's configuration.</param>
/// <param name="Dictionaries">LowCardinality where values repeat.</param>
internal sealed record ClickHouseForm(string Name, string Compression, bool Dictionaries)
{
    public static readonly ClickHouseForm Quick = new("ClickHouse String LZ4", "lz4", Dictionaries: false);
    public static readonly ClickHouseForm Small = new("ClickHouse LowCardinality ZSTD", "zstd", Dictionaries: true);

    public string CreateTable => $"""
        CREATE TABLE traces (tenant UInt16, ts DateTime, ms UInt16, tz Int16, {string.Join(", ", TraceColumns.All.Select(column => $"{column.Key} {TypeOf(column)}"))})
        ENGINE = MergeTree PARTITION BY toYYYYMMDD(ts) ORDER BY (tenant, tmid, ts)
        """;

    public string Configuration(string folder, int httpPort, int nativePort) => $"""
        <yandex>
          <logger><level>warning</level><log>{folder}/server.log</log><errorlog>{folder}/error.log</errorlog></logger>
          <http_port>{httpPort}</http_port><tcp_port>{nativePort}</tcp_port><listen_host>127.0.0.1</listen_host>
          <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path><users_config>users.xml</users_config>
          <default_profile>default</default_profile><default_database>default</default_database><timezone>Asia/Tokyo</timezone>
          <mark_cache_size>5368709120</mark_cache_size>
          <compression><case><min_part_size>0</min_part_size><min_part_size_ratio>0</min_part_size_ratio><method>{Compression}</method></case></compression>
        </yandex>
        """;

    public const string Users = """
        <yandex>
          <profiles><default><max_memory_usage>20000000000</max_memory_usage><allow_experimental_low_cardinality_type>1</allow_experimental_low_cardinality_type></default></profiles>
          <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
          <quotas><default></default></quotas>
        </yandex>
        """;

    private string TypeOf(TraceColumn column) => column.Type switch
    {
        ColumnType.Small => "UInt8",
        ColumnType.Medium => "UInt32",
        ColumnType.Large => "UInt64",
        _ => Dictionaries && column.Repeats ? "LowCardinality(String)" : "String",
    };
}
