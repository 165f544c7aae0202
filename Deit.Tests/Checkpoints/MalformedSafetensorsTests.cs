using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

public sealed class MalformedSafetensorsTests : IDisposable
{
    private const string Valid = """
        {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}
        """;
    private const int ValidData = 11;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "tensor 'a' ends at byte 8 of the data, but only 7 bytes are there")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "the last 1 bytes belong to no tensor")]
    [InlineData("{}", 1, "the last 1 bytes belong to no tensor")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "bytes 0 to 1 of the data, before tensor 'a', belong to no tensor")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5, "before tensor 'b'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "tensor 'b' begins at byte 1")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "begins at byte 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}""", 2, "tensor 'a' of type U8 and shape (2,) needs 2 bytes, but its data_offsets are 2 and 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 'a' of type F32 and shape (2,) needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}""", 8, "only 8 bytes are there")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "too large for any machine")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "too large for any machine")]
    [InlineData("""{"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,0]}}""", 0, "tensor 'a': shape holds something")]
    [InlineData("""{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}}""", 0, "tensor 'a': shape holds something")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}""", 0, "tensor 'a': shape holds something")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}""", 6, "tensor 'a': shape holds something")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "tensor 'a': shape holds something")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "tensor 'a': shape is not an array")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "tensor 'a': data_offsets has more than 2 numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "tensor 'a' lacks one of")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "tensor 'a' lacks one of")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a' has the dtype 'F99', but only I64, F64, F32")]
    [InlineData("""{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a': dtype is not a string")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a' has two members 'dtype'")]
    [InlineData("""{"a":[]}""", 0, "tensor 'a' is not an object")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "its header names 'a' twice")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "__metadata__ 'x' is not a string")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "its header names 'x' twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "its header names '__metadata__' twice")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__ is not an object")]
    [InlineData("""{"\ud800":{}}""", 0, "a string that is not Unicode")]
    [InlineData("""{"a":""", 0, "its header is not JSON")]
    [InlineData("""{} {}""", 0, "its header is not JSON")]
    [InlineData("""{"a" 1}""", 0, "its header is not JSON")]
    [InlineData(" {}", 0, "its header does not begin with '{'")]
    [InlineData("[]", 0, "its header does not begin with '{'")]
    [InlineData("", 0, "its header does not begin with '{'")]
    public void Malformed_header_is_refused_with_the_reason(string header, int dataLength, string reason) =>
        AssertRefused(SafetensorsBytes.Of(header, dataLength), reason);

    [Fact]
    public void Header_that_is_not_UTF_8_is_refused() =>
        AssertRefused(SafetensorsBytes.Of([.. "{\""u8, 0xc3, 0x28, .. "\":{}}"u8], []), "not UTF-8");

    [Fact]
    public void Header_that_is_nested_without_end_is_refused() =>
        AssertRefused(SafetensorsBytes.Of("""{"a":{"x":""" + new string('[', 100_000), 0), "not JSON");

    [Fact]
    public void Header_that_is_longer_than_the_file_is_refused()
    {
        AssertRefused([.. SafetensorsBytes.Length(3), .. "{}"u8], "its header should have 3 bytes, but only 2 follow");
        AssertRefused([.. SafetensorsBytes.Length(ulong.MaxValue), .. "{}"u8], "its header should have 18446744073709551615 bytes");
    }

    [Fact]
    public void Header_above_the_limit_of_the_format_is_refused()
    {
        string path = _folder.File("a.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.Write(SafetensorsBytes.Length(100_000_001));
            stream.SetLength(100_000_009);
        }

        var exception = Assert.Throws<DeitException>(() => Safetensors.Open(path));
        Assert.Contains("more than the 100000000 that are allowed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensor_of_more_dimensions_than_torch_has_is_refused() =>
        AssertRefused(
            SafetensorsBytes.Of($$$"""{"a":{"dtype":"U8","shape":[{{{string.Join(',', Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,1]}}""", 1),
            "tensor 'a': shape has more than 64 numbers");

    [Fact]
    public void Message_stays_one_line_whatever_the_name_is()
    {
        string name = "x\\n\\u001b" + new string('y', 5000);
        AssertRefused(SafetensorsBytes.Of($$"""{"{{name}}":[]}""", 0), "tensor 'x??yyy");
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        byte[] whole = SafetensorsBytes.Of(Valid, ValidData);
        for (int length = 0; length < whole.Length; length++) AssertRefused(whole[..length], "");
    }

    [Fact]
    public void No_changed_byte_of_a_file_leads_to_anything_but_tensors_or_the_one_exception()
    {
        byte[] whole = SafetensorsBytes.Of(Valid, ValidData);
        string path = _folder.File("a.safetensors");
        for (int position = 0; position < whole.Length - ValidData; position++)
        {
            foreach (byte value in "\0\u007f\"9{}[,\\"u8)
            {
                byte[] changed = [.. whole];
                changed[position] = value;
                File.WriteAllBytes(path, changed);
                LoadOrRefuse(path);
            }
        }
    }

    [Fact]
    public void File_that_shrinks_after_it_was_opened_is_refused_when_read()
    {
        string path = _folder.File("a.safetensors");
        File.WriteAllBytes(path, SafetensorsBytes.Of(Valid, ValidData));
        using SafetensorsFile file = Safetensors.Open(path);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(other.Length - 1);

        var exception = Assert.Throws<DeitException>(() => file.Read("b"));
        Assert.Contains("tensor 'b' cannot be read", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_not_there_is_named()
    {
        var exception = Assert.Throws<DeitException>(() => Safetensors.Open(_folder.File("none.safetensors")));
        Assert.Contains("none.safetensors' cannot be read", exception.Message, StringComparison.Ordinal);
    }

    private static void LoadOrRefuse(string path)
    {
        using var scope = NewDisposeScope();
        try
        {
            Safetensors.Load(path);
        }
        catch (DeitException exception)
        {
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        }
    }

    private void AssertRefused(byte[] content, string reason)
    {
        string path = _folder.File("a.safetensors");
        File.WriteAllBytes(path, content);
        var exception = Assert.Throws<DeitException>(() => Safetensors.Load(path));
        Assert.Contains($"'{path}' is no intact safetensors file", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.True(exception.Message.Length < 600, $"The message has {exception.Message.Length} characters.");
    }
}
