using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using RateLimited.Http.History;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.PostgreSql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the history be kept in PostgreSQL.</summary>
public static class PostgreSqlHistoryServiceCollectionExtensions
{
    /// <summary>
    /// Records as <c>AddRateLimitHistory</c> does, which need not be called besides, and keeps the records in PostgreSQL instead of a journal: for all processes in one table. The options of the section hold but for those of files.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Says where. What is wrong is reported at start-up, all faults at once.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitHistoryPostgreSql(this IServiceCollection services, Action<PostgreSqlHistoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddRateLimitHistory();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlHistoryOptions>, PostgreSqlHistoryOptionsValidator>());
        services.AddOptions<PostgreSqlHistoryOptions>().Configure(configure).ValidateOnStart();
        services.Replace(ServiceDescriptor.Singleton<IHistoryStore>(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<PostgreSqlHistoryOptions>>().Value;
            return new PostgreSqlHistoryStore(
                new Lazy<NpgsqlDataSource>(() => options.ConnectionString is { } text ? NpgsqlDataSource.Create(text) : provider.GetRequiredService<NpgsqlDataSource>()),
                isOwned: options.ConnectionString is not null,
                options.Schema,
                provider.GetRequiredService<HistorySettings>(),
                provider.GetService<TimeProvider>() ?? TimeProvider.System);
        }));
        return services;
    }
}
