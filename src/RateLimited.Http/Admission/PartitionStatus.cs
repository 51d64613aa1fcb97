namespace RateLimited.Http.Admission;

/// <summary>One partition at one moment.</summary>
/// <param name="Quota">How much there is to use.</param>
/// <param name="Used">What of it is used.</param>
/// <param name="FreshAt">When it is whole again.</param>
/// <param name="ExtraBytes">What its state holds beside its own words.</param>
internal readonly record struct PartitionStatus(long Quota, long Used, long FreshAt, long ExtraBytes);
