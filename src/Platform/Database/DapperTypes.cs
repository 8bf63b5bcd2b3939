using System.Data;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Akashi.Platform.Database;

/// <summary>Teaches Dapper the platform's value types.</summary>
internal static class DapperTypes
{
    private static readonly Lock Gate = new();
    private static bool _registered;

    public static void Register()
    {
        lock (Gate)
        {
            if (_registered) return;
            DefaultTypeMap.MatchNamesWithUnderscores = true;
            SqlMapper.AddTypeHandler(new TenantIdHandler());
            SqlMapper.AddTypeHandler(new JstDayHandler());
            SqlMapper.AddTypeHandler(new Sha256Handler());
            SqlMapper.AddTypeHandler(new InstantHandler());
            _registered = true;
        }
    }

    private static void Set(IDbDataParameter parameter, NpgsqlDbType type, object value)
    {
        ((NpgsqlParameter)parameter).NpgsqlDbType = type;
        parameter.Value = value;
    }

    private sealed class TenantIdHandler : SqlMapper.TypeHandler<TenantId>
    {
        public override TenantId Parse(object value) => new((Guid)value);

        public override void SetValue(IDbDataParameter parameter, TenantId value) => Set(parameter, NpgsqlDbType.Uuid, value.Value);
    }

    private sealed class JstDayHandler : SqlMapper.TypeHandler<JstDay>
    {
        public override JstDay Parse(object value) => new(value is DateOnly day ? day : DateOnly.FromDateTime((DateTime)value));

        public override void SetValue(IDbDataParameter parameter, JstDay value) => Set(parameter, NpgsqlDbType.Date, value.Date);
    }

    private sealed class Sha256Handler : SqlMapper.TypeHandler<Sha256>
    {
        public override Sha256 Parse(object value) => new((byte[])value);

        public override void SetValue(IDbDataParameter parameter, Sha256 value) => Set(parameter, NpgsqlDbType.Bytea, value.ToArray());
    }

    /// <summary>timestamptz holds instants; Npgsql wants them in UTC.</summary>
    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value is DateTimeOffset instant ? instant : new DateTimeOffset((DateTime)value, TimeSpan.Zero);

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => Set(parameter, NpgsqlDbType.TimestampTz, value.ToUniversalTime());
    }
}
