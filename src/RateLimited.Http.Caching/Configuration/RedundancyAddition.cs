using RateLimited.Http.Caching.Redundancy;
using RateLimited.Http.Configuration;
using RateLimited.Http.Keys;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>What the report on redundant requests adds to a service: somebody who looks at what goes there.</summary>
internal sealed class RedundancyAddition(WatchedRequests requests, RedundancyOptions options) : ServiceAddition
{
    public override void Check(FaultList faults, string path)
    {
        path = $"{path}:{RedundancySectionReader.Section}";
        if (!RedundancyBounds.Fingerprints.Contains(options.Fingerprints))
        {
            faults.Add($"{path}:Fingerprints", Fault.Quote(options.Fingerprints), RedundancyBounds.Fingerprints.Right);
        }

        if (!RedundancyBounds.MaxBody.Contains(options.MaxBody))
        {
            faults.Add($"{path}:MaxBody", Fault.Quote(options.MaxBody), RedundancyBounds.MaxBody.Right);
        }

        if (options.SecretParameters.Count > RedundancyBounds.MaxSecretParameters)
        {
            faults.Add($"{path}:SecretParameters", $"{options.SecretParameters.Count} names", $"at most {RedundancyBounds.MaxSecretParameters}");
        }

        for (var i = 0; i < Math.Min(options.SecretParameters.Count, RedundancyBounds.MaxSecretParameters); i++)
        {
            if (string.IsNullOrWhiteSpace(options.SecretParameters[i]) || options.SecretParameters[i].Length > RedundancyBounds.MaxParameterLength)
            {
                faults.Add($"{path}:SecretParameters:{i}", Fault.Quote(options.SecretParameters[i]), $"a parameter's name of 1 to {RedundancyBounds.MaxParameterLength} characters");
            }
        }
    }

    public override ICostEstimator? Estimator(ServiceRateLimitingOptions service)
    {
        requests.Apply(options.Enabled ? RulesOf(service) : null);
        return null;
    }

    private RedundancyRules RulesOf(ServiceRateLimitingOptions service)
    {
        var carried = service.Keys.Carrier is { } text && KeyCarrier.TryParse(text, out var carrier) && carrier.IsInQuery ? carrier.Name : null;
        return new RedundancyRules
        {
            Fingerprints = options.Fingerprints,
            MaxBody = options.MaxBody,
            SecretParameters = RequestFingerprint.UsualSecrets.Concat(options.SecretParameters).Concat(carried is null ? [] : [carried]).ToHashSet(StringComparer.OrdinalIgnoreCase),
        };
    }
}
