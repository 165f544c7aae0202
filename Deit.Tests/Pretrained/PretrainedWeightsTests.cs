using Deit.Pretrained;
using Deit.Tests.Training;

namespace Deit.Tests.Pretrained;

public sealed class PretrainedWeightsTests
{
    [Theory]
    [InlineData("pretrained", true, null)]
    [InlineData("pretrained:fb_in1k", true, "fb_in1k")]
    [InlineData("pretrained.pth", false, null)]
    [InlineData("runs/pretrained", false, null)]
    public void Published_weights_are_asked_for_by_a_word(string text, bool isAskedFor, string? tag)
    {
        Assert.Equal(isAskedFor, PretrainedWeights.IsAskedFor(text, out string? found));
        Assert.Equal(tag, found);
    }

    [Fact]
    public void A_model_without_published_weights_and_a_tag_that_is_not_there_are_named()
    {
        ModelDescription model = PublishedModel.At(new("https://example.org/w.pth"));

        Assert.Contains("Did you mean 'tag'?", Assert.Throws<DeitException>(() => PretrainedWeights.Find(model, "tak")).Message);
        Assert.Contains("No weights were published for tiny", Assert.Throws<DeitException>(() => PretrainedWeights.Find(TinyModels.Describe("tiny", false))).Message);
    }

    [Theory]
    [InlineData("https://example.org/a/w-0123abcd.pth", "w-0123abcd.pth")]
    [InlineData("https://example.org/a/%2e%2e%2fetc%2fpasswd", "passwd")]
    [InlineData("https://example.org/", "weights")]
    [InlineData("https://example.org/a%3Ab%20c", "a_b_c")]
    public void The_cache_holds_a_file_for_every_model_and_tag_whatever_the_address(string address, string name) => Assert.Equal(
        Path.Combine("cache", "weights", "downloaded", "tag", name),
        PretrainedWeights.PathOf(PublishedModel.At(new(address)), cache: "cache"));

    [Theory]
    [InlineData("/own", false, "DEIT_CACHE=/own", "XDG_CACHE_HOME=/xdg")]
    [InlineData("/xdg/deit", false, "XDG_CACHE_HOME=/xdg")]
    [InlineData("/home/me/.cache/deit", false)]
    [InlineData("/home/me/.cache/deit", false, "XDG_CACHE_HOME=relative", "DEIT_CACHE=")]
    [InlineData("/local/deit", true, "LOCALAPPDATA=/local", "XDG_CACHE_HOME=/xdg")]
    public void The_cache_is_where_the_system_keeps_such_things(string expected, bool isWindows, params string[] variables)
    {
        string? Variable(string name) => variables.Select(static v => v.Split('=')).FirstOrDefault(v => v[0] == name)?[1];

        Assert.Equal(expected, CacheFolder.Find(Variable, isWindows, "/home/me").Replace('\\', '/'));
    }

    [Theory]
    [InlineData("w-a1311bcf.pth", "a1311bcf")]
    [InlineData("w-a1311bcf00.pth.tar", "a1311bcf00")]
    [InlineData("w-a1311bc.pth", null)]
    [InlineData("w-20231231.pth", null)]
    [InlineData("w_a1311bcf.pth", null)]
    [InlineData("model.safetensors", null)]
    public void A_name_says_its_hash_as_torch_hub_has_it(string name, string? hash) => Assert.Equal(hash, Checksum.OfName(name)?.Prefix);

    [Theory]
    [InlineData("\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"", true)]
    [InlineData("\"0123456789abcdef0123456789abcdef\"", false)]
    [InlineData(null, false)]
    public void An_entity_tag_is_a_hash_where_it_can_be_one(string? tag, bool isHash) => Assert.Equal(isHash, Checksum.OfEntityTag(tag) is not null);
}
