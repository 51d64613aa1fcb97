namespace RateLimited.Http.Configuration;

/// <summary>Where the limits of services are kept whose <c>Store</c> is <c>File</c>: the section <c>RateLimiting:File</c>. Read once, when the first of them is made.</summary>
public sealed class FileStoreOptions
{
    /// <summary>The directory, which belongs to one program; made if it is not there. None by default: a service whose store is <c>File</c> needs one.</summary>
    public string? Directory { get; set; }

    /// <summary>What happens while it cannot be written to; by default requests go on by what this process has counted.</summary>
    public FileFailureMode OnFailure { get; set; }
}
