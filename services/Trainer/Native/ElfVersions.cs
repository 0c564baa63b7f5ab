using System.Buffers.Binary;
using System.Text;

namespace Aigc.Trainer.Native;

/// <summary>Symbol versions of a 64-bit little-endian ELF library: what it defines, what it needs, and marking a need as weak.</summary>
/// <remarks>Layouts: System V ABI (section headers) and the GNU version sections of the Linux Standard Base.</remarks>
internal sealed class ElfVersions
{
    const uint VersionDefinitions = 0x6ffffffd;
    const uint VersionNeeds = 0x6ffffffe;
    const ushort Weak = 2;
    readonly byte[] file;
    readonly (uint Type, int Offset, int Link, int Count)[] sections;

    /// <summary>Reads the section headers.</summary>
    /// <exception cref="FormatException">The bytes are no such library.</exception>
    public ElfVersions(byte[] file)
    {
        this.file = file;
        if (file.Length < 64 || !file.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new FormatException("not a 64-bit little-endian ELF file");
        var table = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(0x28)));
        int size = Short(0x3A), count = Short(0x3C);
        sections = new (uint, int, int, int)[count];
        for (var i = 0; i < count; i++)
        {
            var header = table + (i * size);
            sections[i] = (Word(header + 4), checked((int)BinaryPrimitives.ReadInt64LittleEndian(Part(header + 24, 8))),
                (int)Word(header + 40), (int)Word(header + 44));
        }
    }

    /// <summary>Names of the versions it defines.</summary>
    public IReadOnlySet<string> Defined()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var section in sections.Where(s => s.Type == VersionDefinitions))
        {
            var at = section.Offset;
            for (var i = 0; i < section.Count; i++)
            {
                names.Add(Name(section.Link, Word(at + (int)Word(at + 12))));
                at += (int)Word(at + 16);
            }
        }

        return names;
    }

    /// <summary>Names of the versions it needs and cannot do without.</summary>
    public IReadOnlySet<string> Needed() => Needs().Where(n => (n.Flags & Weak) == 0).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Marks the need of a version as weak: the loader then goes on where the version is missing. Gives the number of marks.</summary>
    public int MarkWeak(string version)
    {
        var marked = 0;
        foreach (var need in Needs().Where(n => n.Name == version))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(need.At + 4), (ushort)(need.Flags | Weak));
            marked++;
        }

        return marked;
    }

    List<(int At, ushort Flags, string Name)> Needs()
    {
        var needs = new List<(int, ushort, string)>();
        foreach (var section in sections.Where(s => s.Type == VersionNeeds))
        {
            var library = section.Offset;
            for (var i = 0; i < section.Count; i++)
            {
                var version = library + (int)Word(library + 8);
                for (var k = Short(library + 2); k > 0; k--)
                {
                    needs.Add((version, (ushort)Short(version + 4), Name(section.Link, Word(version + 8))));
                    version += (int)Word(version + 12);
                }

                library += (int)Word(library + 12);
            }
        }

        return needs;
    }

    string Name(int section, uint offset)
    {
        if ((uint)section >= (uint)sections.Length)
            throw new FormatException("a section is missing");
        var start = sections[section].Offset + (int)offset;
        var rest = Part(start, 1).IsEmpty ? [] : file.AsSpan(start);
        var length = rest.IndexOf((byte)0);
        return length < 0 ? throw new FormatException("a name does not end") : Encoding.UTF8.GetString(rest[..length]);
    }

    uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Part(at, 4));

    int Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Part(at, 2));

    ReadOnlySpan<byte> Part(int at, int length) => at >= 0 && at <= file.Length - length
        ? file.AsSpan(at, length)
        : throw new FormatException("the file ends too early");
}
