using System.Net;
using Aigc.ServiceDefaults.Outbound;

namespace Aigc.ServiceDefaults.Tests.Outbound;

public sealed class PublicAddressesTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::")]
    [InlineData("2001:db8::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    public void Special_addresses_are_not_public(string address)
    {
        Assert.False(PublicAddresses.Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void Addresses_of_the_internet_are_public(string address)
    {
        Assert.True(PublicAddresses.Contains(IPAddress.Parse(address)));
    }

    [Fact]
    public void What_an_operator_adds_is_allowed_in_every_spelling()
    {
        var allowed = PublicAddresses.And([IPNetwork.Parse("10.1.0.0/16")]);

        Assert.True(allowed(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(allowed(IPAddress.Parse("10.2.0.1")));
    }
}
