using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Deit.Build
{
    /// <summary>
    /// Writes a copy of TorchSharp's native library that loads where libstdc++ is older than the one it was linked with.
    /// </summary>
    /// <remarks>
    /// <para>
    /// libLibTorchSharp.so asks for the symbol version GLIBCXX_3.4.32 for the sake of one symbol that nothing calls
    /// (std::ios_base_library_init, an ABI marker). Debian 12 and Ubuntu 22.04 lack that version, so their loader refuses
    /// the whole library. ELF has a flag for a version that may be missing, VER_FLG_WEAK (Elf64_Vernaux.vna_flags);
    /// it changes nothing where the version is present.
    /// </para>
    /// <para>
    /// The copy lies in the application's folder, while libtorch itself may lie in runtimes/linux-x64/native. Its run path,
    /// which names folders of the machine that linked it, is therefore replaced by these two.
    /// </para>
    /// <para>The source is never written to: it usually lies in the shared package cache.</para>
    /// </remarks>
    public sealed class MendTorchSharp : Task
    {
        private const string NewerVersion = "GLIBCXX_3.4.32";
        private const string RunPath = "$ORIGIN:$ORIGIN/runtimes/linux-x64/native";
        private const ushort WeakFlag = 0x2;               // VER_FLG_WEAK
        private const uint DynamicSection = 6;             // SHT_DYNAMIC
        private const uint VersionNeedsSection = 0x6ffffffe; // SHT_GNU_verneed
        private const long RunPathTag = 0x1d;              // DT_RUNPATH

        [Required]
        public string Source { get; set; }

        [Required]
        public string Destination { get; set; }

        public override bool Execute()
        {
            try
            {
                byte[] image = File.ReadAllBytes(Source);
                RequireElf64(image);
                WeakenVersion(image, NewerVersion);
                ReplaceRunPath(image, RunPath);

                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination)));
                string temporary = Destination + "." + Guid.NewGuid().ToString("N");
                File.WriteAllBytes(temporary, image);
                File.Delete(Destination);
                File.Move(temporary, Destination);
                return true;
            }
            catch (Exception exception) when (exception is IOException || exception is InvalidDataException || exception is UnauthorizedAccessException)
            {
                Log.LogError("TorchSharp's native library '{0}' could not be prepared as '{1}': {2}", Source, Destination, exception.Message);
                return false;
            }
        }

        private static void RequireElf64(byte[] image)
        {
            bool elf64LittleEndian = image.Length > 64 && image[0] == 0x7f && image[1] == 'E' && image[2] == 'L' && image[3] == 'F'
                && image[4] == 2 && image[5] == 1;
            if (!elf64LittleEndian) throw new InvalidDataException("it is not a 64-bit ELF library");
        }

        /// <summary>Sets VER_FLG_WEAK in every Elf64_Vernaux that names <paramref name="version"/>.</summary>
        private static void WeakenVersion(byte[] image, string version)
        {
            foreach (int section in Sections(image, VersionNeedsSection))
            {
                int strings = StringTable(image, section);
                int need = SectionOffset(image, section);
                for (int next = -1; next != 0; need += next)
                {
                    int entry = need + BitConverter.ToInt32(image, need + 8);
                    for (int remaining = BitConverter.ToUInt16(image, need + 2); remaining > 0; remaining--)
                    {
                        if (ReadString(image, strings + BitConverter.ToInt32(image, entry + 8)) == version)
                        {
                            ushort flags = (ushort)(BitConverter.ToUInt16(image, entry + 4) | WeakFlag);
                            BitConverter.GetBytes(flags).CopyTo(image, entry + 4);
                        }

                        entry += BitConverter.ToInt32(image, entry + 12);
                    }

                    next = BitConverter.ToInt32(image, need + 12);
                }
            }
        }

        /// <summary>Overwrites the DT_RUNPATH string, where the new one fits, and clears the rest of the old one.</summary>
        private static void ReplaceRunPath(byte[] image, string runPath)
        {
            foreach (int section in Sections(image, DynamicSection))
            {
                int end = SectionOffset(image, section) + checked((int)BitConverter.ToUInt64(image, section + 32));
                for (int entry = SectionOffset(image, section); entry < end; entry += 16)
                {
                    if (BitConverter.ToInt64(image, entry) != RunPathTag) continue;

                    int text = StringTable(image, section) + checked((int)BitConverter.ToInt64(image, entry + 8));
                    int length = ReadString(image, text).Length;
                    if (length < runPath.Length) throw new InvalidDataException("its run path is too short to be replaced by " + runPath);
                    Array.Clear(image, text, length);
                    Encoding.ASCII.GetBytes(runPath, 0, runPath.Length, image, text);
                }
            }
        }

        /// <summary>Offsets of the section headers of one type.</summary>
        private static IEnumerable<int> Sections(byte[] image, uint type)
        {
            int count = BitConverter.ToUInt16(image, 60);
            for (int i = 0; i < count; i++)
            {
                int header = SectionHeader(image, i);
                if (BitConverter.ToUInt32(image, header + 4) == type) yield return header;
            }
        }

        private static int SectionHeader(byte[] image, int index)
        {
            return checked((int)BitConverter.ToUInt64(image, 40)) + (index * BitConverter.ToUInt16(image, 58));
        }

        private static int SectionOffset(byte[] image, int header)
        {
            return checked((int)BitConverter.ToUInt64(image, header + 24));
        }

        /// <summary>Offset of the string table that a section refers to (sh_link).</summary>
        private static int StringTable(byte[] image, int header)
        {
            return SectionOffset(image, SectionHeader(image, BitConverter.ToInt32(image, header + 40)));
        }

        private static string ReadString(byte[] image, int offset)
        {
            return Encoding.ASCII.GetString(image, offset, Array.IndexOf(image, (byte)0, offset) - offset);
        }
    }
}
