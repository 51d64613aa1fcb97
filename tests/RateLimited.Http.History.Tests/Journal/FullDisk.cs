namespace RateLimited.Http.History.Tests.Journal;

/// <summary>Files of a disk that has room for so many bytes more, and then says ENOSPC after it has taken what it had room for, as a real one does.</summary>
internal sealed class FullDisk
{
    /// <summary>ENOSPC, as the runtime tells it.</summary>
    public const int NoSpace = 28;

    public long Room { get; set; }

    public bool MayShrink { get; set; } = true;

    public Stream Open(string path) => new Limited(this, path);

    private sealed class Limited(FullDisk disk, string path) : Stream
    {
        private readonly FileStream _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => _file.Length;

        public override long Position
        {
            get => _file.Position;
            set => _file.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            var fitting = (int)Math.Min(count, disk.Room);
            _file.Write(buffer, offset, fitting);
            disk.Room -= fitting;
            if (fitting < count)
            {
                throw new IOException("No space left on device", NoSpace);
            }
        }

        public override void SetLength(long value)
        {
            if (!disk.MayShrink)
            {
                throw new IOException("Input/output error", 5);
            }

            _file.SetLength(value);
        }

        public override void Flush() => _file.Flush();

        public override int Read(byte[] buffer, int offset, int count) => _file.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

        protected override void Dispose(bool disposing)
        {
            _file.Dispose();
            base.Dispose(disposing);
        }
    }
}
